# SPDX-License-Identifier: MIT
"""What the store promises of watches, whatever engine it is: each thing that did not happen is found once, and told once.

It is long because each way of coming too late is a few lines over the same small store.
"""

import threading

import pytest
import sqlalchemy as sa

from humeops.central import intake, watcher
from humeops.central.store import deadlines, declaring, patterns, rows, tables
from humeops.central.store.questions import tasks, watches
from humeops.central.watches import expectation
from humeops.clock import FakeClock
from humeops.filters import parsing, printing
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, moves
from tests.fixtures.events import NOON, SECOND, a_run, body_of, say

MINUTE = 60 * SECOND
HOURLY = {"every": "1h", "grace": "5m", "max": "30m"}


def declare(database, host="db1", task="backup", at=NOON, **pairs):
    made = declaring.Declaration(host, task, expectation.read(pairs or HOURLY), "a test", at)
    with database.writing() as connection:
        declaring.declare(connection, [made], at)


def take(database, agent, *said, at=NOON, **more):
    return intake.take(database, agent, body_of(*said, **more), at)


def look(database, at):
    clock = FakeClock(wall_ns=at)
    looking = watcher.Watcher(database, clock)
    while looking.step():
        pass


def state(database, task="backup"):
    (found,) = ask(database, tasks.find, tasks.Filter(task=task))
    return found.state


def changes(database):
    return [(host, task, before, after) for host, task, before, after, *_ in moves(database)]


def watch(database):
    with database.reading() as connection:
        return connection.execute(sa.select(tables.watch)).one()


def starting(at=0.0, **expect):
    started = a_run(begins=at, ends=None)
    started[0].expect = expect or HOURLY
    return started


def heard(database, host="db1", at=NOON):
    with database.writing() as connection:
        connection.execute(sa.update(tables.agent).where(tables.agent.c.host == host).values(last_seen_at=at))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("host:db*", ["backup", "copy"]),
        ("state:late", ["copy"]),
        ("-state:problem", ["backup"]),
        ("tag:cron", []),
        ("task:backup state:late", []),
        ("a test", ["backup", "copy"]),
        ("until:2020-01-01T00:00Z", []),
    ],
)
def test_watches_are_chosen_by_a_filter(database, agent, text, found):
    take(database, agent, *a_run())
    declare(database)
    declare(database, task="copy", every="1m", grace="1m")
    heard(database, at=NOON + 3 * MINUTE)
    look(database, NOON + 3 * MINUTE)

    also = printing.settled(parsing.parse(text, "watches"), NOON)
    assert [one.task for one in ask(database, watches.find, watches.Filter(also=also))] == found


def test_what_does_not_start_in_time_is_late_and_told_once(database, agent):
    declare(database)

    for minute in range(58, 75):
        heard(database, at=NOON + minute * MINUTE)
        look(database, NOON + minute * MINUTE)

    assert state(database) == "late"
    assert changes(database) == [("db1", "backup", "new", "late")]
    assert watch(database).since == NOON + 65 * MINUTE
    assert "no start by" in watch(database).why


def test_a_start_ends_lateness_in_the_same_transaction(database, agent):
    declare(database)
    heard(database, at=NOON + 66 * MINUTE)
    look(database, NOON + 66 * MINUTE)
    run = a_run(begins=70 * 60, ends=75 * 60)

    take(database, agent, *run, at=NOON + 75 * MINUTE)

    assert state(database) == "ok"
    assert [after for *_, after in changes(database)] == ["late", "running", "ok"]
    assert watch(database).due == NOON + (70 + 65) * MINUTE


def test_a_script_declares_what_is_expected_of_it_and_the_latest_word_wins(database, agent):
    take(database, agent, *starting(), at=NOON)
    assert watch(database).maker == "a script on db1 (uid 1000)"

    take(database, agent, *starting(60, every="2h"), at=NOON + MINUTE, first=2)
    take(database, agent, *starting(30, every="3h"), at=NOON + 2 * MINUTE, first=3)

    assert rows.json_text(expectation.read({"every": "2h"})) == watch(database).wanted


def test_a_declaration_that_cannot_be_read_is_told_and_the_event_is_stored(database, agent):
    taken = take(database, agent, *starting(cron="61 3 * * *"), at=NOON)

    assert taken.stored == 1
    assert "cron" in watch(database).fault
    assert state(database) == "running"

    take(database, agent, *starting(60), at=NOON + MINUTE, first=2)
    assert watch(database).fault == ""


def test_every_open_run_is_watched_for_overtime_and_a_ping_puts_it_off(database, agent):
    declare(database)
    old, new = starting(0), starting(20 * 60)
    take(database, agent, *old, *new, at=NOON + 20 * MINUTE)
    ping = say("ping", 25 * 60)
    ping.run = old[0].id
    take(database, agent, ping, at=NOON + 25 * MINUTE, first=3)

    heard(database, at=NOON + 49 * MINUTE)
    look(database, NOON + 49 * MINUTE)
    assert state(database) == "running"
    heard(database, at=NOON + 51 * MINUTE)
    look(database, NOON + 51 * MINUTE)
    assert state(database) == "overdue"
    assert new[0].id[-8:] in watch(database).why


def test_a_flag_that_does_not_come_in_time_is_overdue_until_it_comes(database, agent):
    declare(database, every="1h", flags="db-dumped 10m")
    run = starting(0, every="1h", flags="db-dumped 10m")
    take(database, agent, *run, at=NOON)
    heard(database, at=NOON + 11 * MINUTE)
    look(database, NOON + 11 * MINUTE)
    assert state(database) == "overdue"
    assert "db-dumped" in watch(database).why

    flag = say("flag", 12 * 60, flag="db-dumped")
    flag.run = run[0].id
    take(database, agent, flag, at=NOON + 12 * MINUTE, first=2)

    assert state(database) == "running"
    assert [after for *_, after in changes(database)] == ["running", "overdue", "running"]


def test_tasks_of_a_silent_host_are_unknown_and_only_the_host_is_told_of(database, agent):
    declare(database)
    declare(database, task="copy")
    take(database, agent, say("log", 60, message="hello"), at=NOON + MINUTE)

    for minute in (10, 66, 70):
        make_agent(database, "web1")
        heard(database, "web1", NOON + minute * MINUTE)
        look(database, NOON + minute * MINUTE)

    assert state(database) == "unknown"
    assert ("db1", "", "heard", "silent") in changes(database)
    assert "late" not in [after for *_, after in changes(database)]


def test_after_an_outage_there_is_one_notice_and_time_to_hear_what_happened(database, agent):
    declare(database)
    look(database, NOON + 30 * MINUTE)

    for _ in range(3):
        look(database, NOON + 90 * MINUTE)
    assert changes(database) == [("", "", "watching", "settling")]
    run = a_run(begins=60 * 60, ends=61 * 60)
    take(database, agent, *run, at=NOON + 91 * MINUTE)
    for minute in (92, 93, 94, 95):
        look(database, NOON + minute * MINUTE)

    assert state(database) == "ok"
    assert "late" not in [after for *_, after in changes(database)]


def test_after_the_settling_time_what_is_missing_is_told(database, agent):
    declare(database)
    look(database, NOON + 30 * MINUTE)
    look(database, NOON + 90 * MINUTE)
    heard(database, at=NOON + 90 * MINUTE)

    for tick in range(7):
        look(database, NOON + 90 * MINUTE + tick * 40 * SECOND)

    assert state(database) == "late"


def test_an_event_that_comes_late_changes_history_and_leaves_a_later_deadline(database, agent):
    declare(database)
    heard(database, at=NOON + 130 * MINUTE)
    take(database, agent, *a_run(begins=60, ends=90), at=NOON + 2 * MINUTE)
    heard(database, at=NOON + 67 * MINUTE)
    look(database, NOON + 67 * MINUTE)
    assert state(database) == "late"

    take(database, agent, *a_run(begins=30, ends=40), at=NOON + 68 * MINUTE, first=3)

    assert state(database) == "late"
    assert changes(database)[-1][3] == "late"


def test_a_paused_watch_expects_nothing_until_it_goes_on(database, agent):
    declare(database)
    with database.writing() as connection:
        declaring.pause(connection, [("db1", "backup")], NOON + 120 * MINUTE, NOON)
    look(database, NOON + 90 * MINUTE)
    assert state(database) == "paused"

    heard(database, at=NOON + 121 * MINUTE)
    look(database, NOON + 121 * MINUTE)
    assert state(database) == "new"


def test_when_a_pause_ends_the_change_says_why_the_task_is_as_it_is_and_of_which_run(database, agent):
    failed = a_run(status=3, outcome="failed")
    take(database, agent, *failed, at=NOON)
    declare(database)
    with database.writing() as connection:
        declaring.pause(connection, [("db1", "backup")], NOON + 120 * MINUTE, NOON + MINUTE)
    look(database, NOON + MINUTE)
    heard(database, at=NOON + 121 * MINUTE)
    look(database, NOON + 121 * MINUTE)

    last = moves(database)[-1]
    assert last[2:5] == ("paused", "failed", rows.key_of(failed[0].id))
    assert last[6] == "exit 3"


def test_what_is_no_longer_expected_is_shown_as_the_events_tell(database, agent):
    take(database, agent, *a_run(), at=NOON)
    declare(database, at=NOON + MINUTE)
    heard(database, at=NOON + 70 * MINUTE)
    look(database, NOON + 70 * MINUTE)
    assert state(database) == "late"

    with database.writing() as connection:
        assert declaring.remove(connection, [("db1", "backup")], NOON + 71 * MINUTE) == 1

    assert state(database) == "ok"


def test_at_least_so_many_runs_a_day_are_reckoned_at_the_end_of_the_day(database, agent):
    declare(database, at_least="1", grace="10m")
    day = 24 * 60
    midnight = next(minute for minute in range(day) if (NOON // MINUTE + minute) % day == 0)
    for minute in (midnight + 11, midnight + day + 9):
        heard(database, at=NOON + minute * MINUTE)
        look(database, NOON + minute * MINUTE)
    assert state(database) == "new"

    heard(database, at=NOON + (midnight + day + 14) * MINUTE)
    for more in range(11, 15):
        look(database, NOON + (midnight + day + more) * MINUTE)
    assert state(database) == "late"
    assert "0 of at least 1 runs" in watch(database).why


def test_a_pattern_gives_each_host_that_fits_its_watch(database, agent):
    make_agent(database, "web1")
    make_agent(database, "web2")
    declare(database, "web2", at=NOON + 5 * MINUTE, every="7d")
    with database.writing() as connection:
        made = connection.execute(
            sa.insert(tables.watch_pattern)
            .values(host="web*", tag="", task="backup", wanted='{"every":3600}', maker="a test", made_at=NOON)
            .returning(tables.watch_pattern.c.id)
        ).scalar_one()

    look(database, NOON + 10 * MINUTE)
    look(database, NOON + 11 * MINUTE)

    with database.reading() as connection:
        found = connection.execute(sa.select(tables.watch.c.host, tables.watch.c.pattern)).all()
    assert sorted(map(tuple, found)) == [("web1", made), ("web2", None)]


def expected(database, host="db1"):
    with database.reading() as connection:
        found = watches.one(connection, (host, "backup"))
    return {name: (text, found.words[name].source.split()[0]) for name, text in found.expect.items()} if found else {}


def test_a_script_that_names_its_schedule_leaves_what_people_and_patterns_say_of_other_parts(database, agent):
    declare(database, limits="rows > 0")
    take(database, agent, *starting(60, every="1d"), at=NOON + MINUTE)
    made = patterns.Pattern("db*", "", "backup", expectation.read({"max": "2h", "every": "7d"}), "ana", NOON)
    with database.writing() as connection:
        assert patterns.declare(connection, made, NOON + MINUTE) == 1
    known = {"every": ("1d", "script"), "max": ("2h", "pattern"), "limits": ("rows > 0", "person")}
    assert expected(database) == known

    take(database, agent, *starting(120, every="2d"), at=NOON + 2 * MINUTE, first=2)
    assert expected(database) == known | {"every": ("2d", "script")}

    with database.writing() as connection:
        assert patterns.remove(connection, "db*", "", "backup", NOON + 3 * MINUTE) == 1
    assert expected(database) == {"every": ("2d", "script"), "limits": ("rows > 0", "person")}


def test_a_pattern_that_is_declared_anew_takes_back_what_it_names_no_more(database, agent):
    for at, pairs in ((NOON, {"max": "2h", "every": "7d"}), (NOON + MINUTE, {"max": "3h"})):
        made = patterns.Pattern("*", "", "backup", expectation.read(pairs), "ana", at)
        with database.writing() as connection:
            patterns.declare(connection, made, at)
    assert expected(database) == {"max": ("3h", "pattern")}

    with database.writing() as connection:
        patterns.remove(connection, "*", "", "backup", NOON + 2 * MINUTE)
    assert expected(database) == {}


def test_what_was_declared_before_parts_were_kept_is_one_word(database, agent):
    declare(database, limits="rows > 0", every="1d")
    with database.writing() as connection:
        connection.execute(sa.update(tables.watch).values(parts="{}", maker="backup.sh on db1 (uid 1000)"))

    take(database, agent, *starting(60, every="2d"), at=NOON + MINUTE)

    assert expected(database) == {"every": ("2d", "script")}


@pytest.mark.parametrize("count", [4])
def test_four_watchers_racing_find_each_change_once(database, agent, count):
    names = [f"task-{number}" for number in range(200)]
    with database.writing() as connection:
        declaring.declare(
            connection,
            [declaring.Declaration("db1", name, expectation.read(HOURLY), "a test", NOON) for name in names],
            NOON,
        )
    heard(database, at=NOON + 66 * MINUTE)

    threads = [threading.Thread(target=look, args=(database, NOON + 66 * MINUTE)) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(changes(database)) == sorted(("db1", name, "new", "late") for name in names)


def test_the_beat_tells_whether_somebody_watches(database, agent):
    assert watcher.trouble_of(database, NOON) != ""

    look(database, NOON)

    assert watcher.trouble_of(database, NOON + 10 * SECOND) == ""
    assert watcher.trouble_of(database, NOON + 60 * SECOND) != ""
    with database.reading() as connection:
        assert deadlines.read_beat(connection).beat_at == NOON
