# SPDX-License-Identifier: MIT
import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.central.watches import expectation, judging, schedule, spanning
from humeops.central.watches.judging import Facts, OpenRun, judge

S = 1_000_000_000
MINUTE = 60 * S
NOON = 1_795_406_400 * S


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ({"cron": "61 * * * *"}, "cron"),
        ({"cron": "@reboot"}, "cron"),
        ({"calendar": "*-*-* 03:15 America/New_York", "tz": "UTC"}, "calendar"),
        ({"calendar": "*-02-30"}, "calendar"),
        ({"every": "soon"}, "every"),
        ({"every": "0"}, "every"),
        ({"tz": "../../etc/passwd"}, "tz"),
        ({"tz": "a\0b"}, "tz"),
        ({"evry": "1d"}, "evry"),
        ({"every": "1d", "cron": "* * * * *"}, "every"),
        ({"flags": "db-dumped"}, "flags"),
        ({"flags": "a 20m, a 30m"}, "flags"),
        ({"limits": "bytes = 3"}, "limits"),
        ({"limits": "bytes > 3 parsec"}, "limits"),
        ({"at_least": "0"}, "at_least"),
        ({"at_least": "3", "at_most": "2"}, "at_least"),
        ({"owner": "x" * 1_000}, "owner"),
    ],
)
def test_a_declaration_that_cannot_be_taken_is_told_by_name(pairs, named):
    with pytest.raises(expectation.DeclarationError, match=f"`{named}`"):
        expectation.read(pairs)


@given(
    st.dictionaries(
        st.sampled_from(["every", "cron", "calendar", "tz", "flags", "limits", "max"]), st.text(max_size=40)
    )
)
def test_whatever_is_declared_is_taken_or_told(pairs):
    try:
        made = expectation.read(pairs)
    except expectation.DeclarationError:
        return
    assert expectation.read(expectation.pairs_of(made)) == made


def test_a_nickname_of_cron_means_its_line_and_a_zone_may_be_said_twice_alike():
    daily, plain = (expectation.read({"cron": line}).plan for line in ("@daily", "0 0 * * *"))
    assert daily is not None
    assert plain is not None
    assert schedule.next_after(daily, NOON) == schedule.next_after(plain, NOON)
    expectation.read({"calendar": "*-*-* 03:15 Europe/Madrid", "tz": "Europe/Madrid"})
    expectation.read({"calendar": "*-*-* 03:15", "tz": "Europe/Madrid"})


def test_what_is_missing_is_told_to_the_second_where_seconds_count():
    soon, usual = expectation.read({"every": "10s", "max": "10s"}), expectation.read({"every": "1h"})

    late = judge(soon, Facts(NOON), NOON + MINUTE)
    hung = judge(soon, Facts(NOON, runs=(OpenRun("x" * 8, NOON, NOON),)), NOON + MINUTE)

    assert late.why.endswith(":10 UTC, and no start by " + judging.clock(NOON, "")[:16] + ":20 UTC")
    assert hung.why == "run xxxxxxxx runs longer than 10s"
    assert judge(usual, Facts(NOON), NOON + 100 * MINUTE).why.count(":") == 2


@given(st.integers(1, spanning.MOST_SECONDS))
def test_a_span_is_read_as_it_was_written(seconds):
    assert spanning.read(spanning.write(seconds)) == seconds


def test_a_limit_knows_its_unit():
    (limit,) = expectation.read({"limits": "backup_bytes > 1GB"}).limits

    assert (limit.holds(1e9), limit.holds(1e9 + 1)) == (False, True)


WANTED = expectation.read({"every": "1h", "grace": "5m", "max": "30m", "flags": "copied 10m"})


@st.composite
def facts(draw):
    runs = tuple(
        OpenRun(
            f"run-{number}",
            NOON + draw(st.integers(0, 200)) * MINUTE,
            0,
            draw(st.sampled_from([frozenset(), frozenset(["copied"])])),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    runs = tuple(run._replace(heard=run.began + draw(st.integers(0, 30)) * MINUTE) for run in runs)
    return Facts(
        NOON,
        draw(st.none() | st.integers(0, 200).map(lambda at: NOON + at * MINUTE)),
        runs,
        silent_since=draw(st.none() | st.integers(0, 200).map(lambda at: NOON + at * MINUTE)),
        paused_until=draw(st.none() | st.integers(0, 200).map(lambda at: NOON + at * MINUTE)),
        held_until=draw(st.integers(0, 200).map(lambda at: NOON + at * MINUTE)),
    )


@given(facts(), st.integers(0, 300), st.integers(0, 300))
def test_between_a_judgement_and_its_deadline_nothing_becomes_wrong(known, first, later):
    now, then = NOON + min(first, later) * MINUTE, NOON + max(first, later) * MINUTE
    judgement = judge(WANTED, known, now)

    if judgement.due is None or then < judgement.due:
        assert judge(WANTED, known._replace(before=judgement.state), then).state == judgement.state
    else:
        assert judgement.due > now


def test_a_run_that_hangs_goes_before_a_start_that_is_missing():
    run = OpenRun("0123456789", NOON, NOON)

    judgement = judge(WANTED, Facts(NOON, NOON, (run,)), NOON + 120 * MINUTE)

    assert judgement.state == "overdue"


def test_what_was_missing_before_a_host_fell_silent_stays_so():
    known = Facts(NOON, NOON)

    assert judge(WANTED, known._replace(silent_since=NOON + 70 * MINUTE), NOON + 80 * MINUTE).state == "late"
    assert judge(WANTED, known._replace(silent_since=NOON + 60 * MINUTE), NOON + 80 * MINUTE).state == "unknown"


def test_a_pause_without_an_end_has_no_deadline():
    judgement = judge(WANTED, Facts(NOON, paused_until=judging.FOREVER), NOON + 80 * MINUTE)

    assert (judgement.state, judgement.due) == ("paused", None)
