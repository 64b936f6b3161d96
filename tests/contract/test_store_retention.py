# SPDX-License-Identifier: MIT
"""What is kept long enough goes, in small steps; what is still needed stays; and nothing that went comes back."""

import io
import json

import pytest
import sqlalchemy as sa
import zstandard

from humeops.central import export, keeping, retention
from humeops.central.store import auditing, partitions, rows, tables
from humeops.central.store.questions import audit, events, runs
from humeops.clock import FakeClock
from tests.contract.looking import ask, content, count, take
from tests.fixtures.events import NOON, SECOND, a_run, say

DAY = 86_400
KEEP = keeping.KeepSettings


def keep(database, after_days, folder=None, **settings):
    """Let go of what is past keeping so many days after noon."""
    clock = FakeClock(NOON + int(after_days * DAY) * SECOND)
    rules = keeping.rules_of(keeping.RetentionSettings(**settings))
    assert retention.Retention(database, clock, retention.Settings(rules, folder)).run_pass()


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(retention, "REST_SECONDS", 0.001)


def weeks(database):
    with database.reading() as connection:
        return partitions.names(connection)


def states(database):
    return sorted(run.summary.state for run in ask(database, runs.find, runs.Filter()))


def said(database):
    return {event.message for event in ask(database, events.find, events.Filter(), False)}


def last_run(after_days=0, **more):
    """A run that began later than those before it, so that none of them is the last one."""
    return a_run(begins=after_days * DAY, ends=after_days * DAY + 5, **more)


def test_a_good_run_goes_after_90_days_with_all_that_was_derived_from_it(database, agent):
    middle = [say("flag", 5, flag="copied"), say("data", 6, data={"bytes": 7}), say("log", 7, tags=["cron"])]
    take(database, agent, *a_run(*middle), *last_run(1))

    keep(database, 90.5)

    assert count(database, tables.run) == 1
    assert count(database, tables.event) == 2
    for table in (tables.run_flag, tables.run_datum, tables.run_tag):
        assert count(database, table) == 0
    ((_, _, learnt),) = content(database)["task_usual"]
    assert "copied" not in learnt


def test_a_bad_run_is_kept_for_a_year(database, agent):
    take(database, agent, *a_run(outcome="failed", status=1), *last_run(1))

    keep(database, 300)
    kept = states(database)
    keep(database, 366)

    assert kept == ["failed", "ok"]
    assert states(database) == ["ok"]


def test_the_last_run_of_a_task_stays_until_there_is_another(database, agent):
    take(database, agent, *a_run())

    keep(database, 1_000)
    alone = states(database)
    take(database, agent, *last_run(1_001, status=2, outcome="failed"), first=10)
    keep(database, 1_002)

    assert alone == ["ok"]
    assert states(database) == ["failed"]


def test_an_open_run_stays_and_its_age_counts_from_its_end(database, agent):
    begun = a_run(ends=None)
    take(database, agent, *begun, *last_run(1))
    keep(database, 200)
    stop = say("stop", 201 * DAY, run=begun[0].id, status=0, outcome="ok")

    take(database, agent, stop, first=10)
    keep(database, 202)
    just_ended = states(database)
    keep(database, 292)

    assert just_ended == ["ok", "ok"]
    assert len(states(database)) == 1


def test_debug_events_go_after_14_days_and_their_run_stays(database, agent):
    take(database, agent, *a_run(say("log", 5, level="debug", message="fine"), say("log", 6, message="told")))

    keep(database, 14.5)

    assert said(database) == {"", "told"}
    assert states(database) == ["ok"]


def test_what_is_said_outside_of_runs_is_good_or_bad(database, agent):
    take(database, agent, say("log", 1, message="well"), say("log", 2, level="warning", message="odd"))

    keep(database, 91)
    kept = said(database)
    keep(database, 366)

    assert kept == {"odd"}
    assert said(database) == set()


def test_a_task_or_a_tag_may_have_other_ages_and_the_first_entry_that_names_one_decides(database, agent):
    entries = [KEEP(tag="gold", good="forever"), KEEP(task="b*", good="2d"), KEEP(task="*", good="500d")]
    take(
        database,
        agent,
        *(
            say("log", 1, task=task, tags=tags, message=task + "".join(tags))
            for task, tags in (("backup", []), ("backup", ["gold"]), ("other", []))
        ),
    )

    keep(database, 3, keep=entries)
    early = said(database)
    keep(database, 501, keep=entries)

    assert early == {"backupgold", "other"}
    assert said(database) == {"backupgold"}


def test_with_other_rules_everything_is_looked_at_again(database, agent):
    take(database, agent, say("log", 1, message="held"))
    keep(database, 100, keep=[KEEP(task="backup", good="forever")])

    keep(database, 101)

    assert said(database) == set()


def test_a_batch_that_is_sent_again_brings_nothing_back(database, agent):
    early = [*a_run(say("log", 5, level="debug")), say("log", 70)]
    take(database, agent, *early, *last_run(1))
    keep(database, 91)
    before = content(database)

    receipt = take(database, agent, *early)

    assert (receipt.stored, receipt.known) == (0, 4)
    assert content(database) == before


def test_what_never_arrived_is_taken_however_old_it_is_and_goes_with_the_next_pass(database, agent):
    take(database, agent, *last_run(1))
    keep(database, 91)

    receipt = take(database, agent, say("log", 1, message="late"), *a_run(begins=3, ends=4), first=10)
    there = said(database)
    keep(database, 92)

    assert receipt.stored == 3
    assert "late" in there
    assert said(database) == {""}
    assert count(database, tables.retention_late) == 1  # the last run of its task


def test_a_long_run_goes_in_several_steps_and_nothing_is_left_over(database, agent):
    take(database, agent, *a_run(*(say("log", number / 100) for number in range(2_500)), ends=60), *last_run(1))

    keep(database, 91)

    assert (count(database, tables.event), count(database, tables.run)) == (2, 1)


def test_what_goes_is_exported_before(database, agent, tmp_path):
    folder = tmp_path / "export"
    gone = a_run(say("log", 5, message="hällo", data={"bytes": 7}))
    take(database, agent, *gone, *last_run(1))

    keep(database, 91, export.Folder(folder))

    (file,) = folder.iterdir()
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(file.read_bytes())) as stream:
        lines = [json.loads(line) for line in stream.read().splitlines()]
    assert [line["id"] for line in lines] == sorted(event.id for event in gone)
    assert [(line["message"], line["data"]) for line in lines if "data" in line] == [("hällo", {"bytes": 7})]
    assert file.stat().st_mode & 0o077 == 0


def test_what_cannot_be_exported_stays(database, agent, tmp_path):
    (tmp_path / "export").write_text("no folder")
    take(database, agent, *a_run(), *last_run(1))

    with pytest.raises(FileExistsError):
        keep(database, 91, export.Folder(tmp_path / "export"))

    assert count(database, tables.event) == 4


def test_a_second_pass_looks_at_nothing_again(database, agent):
    take(database, agent, *a_run(outcome="failed", status=1), *last_run(1))
    keep(database, 91)

    with database.reading() as connection:
        marks = connection.execute(sa.select(tables.retention_mark)).all()

    assert {mark.upto for mark in marks if mark.rule.split()[1:2] == ["good"]} == {
        (int.from_bytes(rows.first_key(NOON + DAY * SECOND), "big") - 1).to_bytes(16, "big")
    }


def test_a_trial_tells_what_would_go_and_changes_nothing(database, agent):
    take(database, agent, *a_run(say("log", 5, level="debug")), *last_run(1), say("log", 2))
    before = content(database)

    going = retention.would_go(database, keeping.rules_of(keeping.RetentionSettings()), NOON + 91 * DAY * SECOND)

    assert [tuple(one) for one in going] == [("debug", 0, 1), ("good", 1, 4), ("bad", 0, 0)]
    assert content(database) == before


def test_changes_of_state_go_as_what_is_bad_does(database, agent):
    take(database, agent, *a_run())
    before = count(database, tables.transition)

    keep(database, 366)

    assert before == 2
    assert count(database, tables.transition) == 0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_weeks_that_are_past_keeping_are_dropped_and_older_events_still_taken(database, agent):
    with database.writing() as connection:
        partitions.provide(connection, NOON)
    take(database, agent, say("log", 1))
    keep(database, 16)
    early = weeks(database)
    keep(database, 100)

    late = weeks(database)
    receipt = take(database, agent, say("log", 2, message="older than any week"), first=10)

    assert early == ["event_2026_11_23", "event_2026_11_30", "event_2026_12_07"]
    assert late == []
    assert receipt.stored == 1
    assert said(database) == {"older than any week"}


@pytest.mark.parametrize(("kept", "left"), [("forever", 1), ("30d", 0)])
def test_the_audit_log_goes_only_where_a_setting_says_so(database, kept, left):
    entry = auditing.Entry("ada", "token", "192.0.2.1", "note", "db1:backup")
    database.write(lambda connection: auditing.write(connection, entry, NOON))

    keep(database, 40, audit=kept)

    lines = ask(database, audit.find, audit.Filter())
    assert len([line for line in lines if line.actor == "ada"]) == left
