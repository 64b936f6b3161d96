# SPDX-License-Identifier: MIT
"""Which scripts run where, as the store keeps it whatever engine it is: folded with each batch, bounded, found by indexes, scoped."""

import random
import re

import pytest
import sqlalchemy as sa

from humeops.central import keeping, retention
from humeops.central.store import scripting, tables, trusting
from humeops.central.store.questions import scripts
from humeops.central.store.trusting import Published
from humeops.clock import FakeClock
from humeops.filters import parsing
from humeops.security import grants
from tests.contract.conftest import make_agent
from tests.contract.looking import count, take
from tests.contract.planning import plans
from tests.fixtures.events import HEARD, NOON, SECOND, a_run, say

A, B, C = (letter * 64 for letter in "abc")
DAY = 86_400 * SECOND
SIGNED = {"signature": "ok", "signer": "ann@example.com", "script": "/opt/job.sh", "script_version": 1}


def a_script(sha256=A, after=0, path="/opt/job.sh", task="backup", tags=(), **data):
    events = a_run(begins=after, ends=after + 5)
    start = events[0]
    start.origin.script, start.origin.sha256, start.data = path, sha256, data
    if data:
        start.data = {**data, "script_sha256": sha256}
    for event in events:
        event.task, event.tags = task, list(tags)
    return events


def find(database, text="", now=HEARD, within="", limit=100, after=None):
    also = parsing.parse(text, "scripts")
    wanted = scripts.Filter(also=also, within=grants.read(within))
    with database.reading() as connection:
        return scripts.find(connection, wanted, now, limit, after)


def names(database, text="", **more):
    return [one.task for one in find(database, text, **more).rows]


def test_a_run_shows_its_script(database, agent):
    take(database, agent, *a_script())

    (found,) = find(database).rows
    assert (found.host, found.task, found.path, found.sha256) == ("db1", "backup", "/opt/job.sh", A)
    assert found.marks(HEARD) == ["unsigned"]
    assert found.run is not None


def test_a_change_without_a_new_signature_is_told_for_a_week(database, agent):
    take(database, agent, *a_script(A), *a_script(B, 60), first=1)
    take(database, agent, *a_script(B, 120), first=10)

    (found,) = find(database).rows
    assert found.marks(HEARD) == ["unsigned", "changed"]
    assert (found.former, found.since) == (A, NOON + 60 * SECOND)
    assert found.marks(NOON + 8 * DAY) == ["unsigned"]
    assert names(database, "signature:changed") == ["backup"]
    assert names(database, "signature:changed", now=NOON + 8 * DAY) == []


def test_a_change_with_a_new_signature_is_none(database, agent):
    take(database, agent, *a_script(A, **SIGNED), *a_script(B, 60, **{**SIGNED, "script_version": 2}))

    (found,) = find(database).rows
    assert (found.marks(HEARD), found.signer, found.version) == (["signed"], "ann@example.com", 2)


def test_a_signed_script_that_changed_and_ran_all_the_same_is_told(database, agent):
    take(database, agent, *a_script(A, **SIGNED), *a_script(B, 60, signature="changed", script="/opt/job.sh"))

    (found,) = find(database).rows
    assert found.marks(HEARD) == ["unverified", "changed"]
    assert (found.signature, found.signer, found.version) == ("changed", "", None)


def test_a_script_that_was_not_run_is_told(database, agent):
    data = {"signature": "revoked", "script": "/opt/job.sh", "script_sha256": A}
    take(database, agent, say("log", 5, level="error", data=data))

    (found,) = find(database, "signature:unverified").rows
    assert (found.signature, found.run) == ("revoked", None)


def test_an_end_that_comes_near_is_told(database, agent):
    until = "2026-12-20T00:00:00+00:00"
    take(database, agent, *a_script(A, **SIGNED, script_until=until))

    assert names(database, "signature:expiring") == ["backup"]
    assert names(database, "signature:expiring", now=NOON - 60 * DAY) == []
    assert names(database, "not signature:expiring") == []
    assert names(database, "signature:signed") == ["backup"]


@pytest.mark.parametrize("chance", range(4))
def test_whatever_way_events_take_the_same_is_known(lend, chance):
    said = [event for number in range(6) for event in a_script("ab"[number % 2] * 64, 60 * number)]
    ways = []
    for order in (said, random.Random(chance).sample(said, len(said))):
        with lend() as database:
            agent = make_agent(database, "db1")
            for number in range(0, len(order), 5):
                take(database, agent, *order[number : number + 5], first=number + 1)
                take(database, agent, *order[number : number + 5], first=number + 1)
            (found,) = find(database).rows
            ways.append(found._replace(since=0))

    assert ways[0] == ways[1]


def test_a_host_whose_clock_is_ahead_does_not_hold_on_to_what_it_showed(database, agent):
    take(database, agent, *a_script(A, 400 * 86_400), heard=HEARD)
    take(database, agent, *a_script(B, 7_200), first=10, heard=NOON + 7_300 * SECOND)

    (found,) = find(database).rows
    assert found.sha256 == B


def test_of_a_task_that_calls_itself_by_ever_new_names_only_the_last_are_kept(database, agent):
    for number in range(0, 60, 20):
        said = [event for at in range(number, number + 20) for event in a_script(A, 60 * at, path=f"/tmp/x{at}/job")]
        take(database, agent, *said, first=1 + 2 * number)

    found = find(database).rows
    assert {one.path for one in found} == {f"/tmp/x{at}/job" for at in range(60 - scripting.MOST_PATHS, 60)}


def test_a_path_may_be_longer_than_a_key(database, agent):
    take(database, agent, *a_script(path="/" + "ü" * 500))

    assert len(find(database).rows[0].path) == 501


def test_pages_follow_one_another(database, agent):
    take(database, agent, *[event for n in range(7) for event in a_script(A, n, task=f"task{n}")])

    found, after = [], None
    while True:
        page = find(database, limit=3, after=after)
        found += [one.task for one in page.rows]
        after = page.next
        if after is None:
            break
    assert found == [f"task{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("host:db*", ["backup", "payroll"]),
        ("task:pay*", ["payroll"]),
        ("tag:hr", ["payroll"]),
        ("script:/opt/*", ["backup", "payroll"]),
        ("script:/srv/*", []),
        ("signer:ann@example.com", ["payroll"]),
        ("signature:signed", ["payroll"]),
        ("signature:unsigned", ["backup"]),
        ("signature:signed,unsigned", ["backup", "payroll"]),
        ("not signature:unsigned", ["payroll"]),
        ("since:2026-11-23T13:00Z", []),
        ("job.sh", ["backup", "payroll"]),
    ],
)
def test_filters(database, agent, text, found):
    take(database, agent, *a_script(tags=["web"]), *a_script(A, 10, task="payroll", tags=["hr"], **SIGNED))

    assert names(database, text) == found


def test_nobody_sees_more_than_his_tasks(database, agent):
    take(
        database,
        agent,
        *a_script(tags=["web"]),
        *a_script(B, 10, task="payroll", tags=["hr"], signature="changed", script="/x"),
    )

    assert names(database, within="tag:web") == ["backup"]
    with database.reading() as connection:
        narrow = scripts.Filter(within=grants.read("tag:web"))
        assert scripts.wanting(connection, narrow, HEARD, 10) == []
        assert [one.task for one in scripts.wanting(connection, scripts.Filter(), HEARD, 10)] == ["payroll"]


def test_what_nobody_has_seen_for_as_long_as_what_is_bad_is_kept_goes(database, agent):
    take(database, agent, *a_script(path="/opt/old.sh"), *a_script(A, 2 * 86_400))
    rules = keeping.rules_of(keeping.RetentionSettings())

    for days, left in ((100, 2), (366, 1), (3_000, 1)):
        clock = FakeClock(NOON + days * DAY)
        assert retention.Retention(database, clock, retention.Settings(rules, None)).run_pass()
        assert count(database, tables.script) == left


def test_what_wants_a_look_is_found_without_reading_the_rest(database):
    made = [
        {
            "host": f"db{n // 10}",
            "task": f"task{n % 10}",
            "place": n.to_bytes(32, "big"),
            "path": f"/opt/{n}",
            "sha256": A,
            "former": B if n % 997 == 1 else "",
            "since": NOON + n,
            "at": NOON + n,
            "signature": {1: "", 2: "changed"}.get(n % 997, "ok"),
            "signer": "",
            "until": NOON if n % 997 == 3 else None,
            "seen": "",
        }
        for n in range(20_000)
    ]
    with database.writing() as connection:
        connection.execute(sa.insert(tables.script), made)
    with database.exclusively() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()

    told = plans(database, lambda connection: scripts.wanting(connection, scripts.Filter(), HEARD, 50))
    listed = plans(database, lambda connection: scripts.find(connection, scripts.Filter(), HEARD, 50, None))

    assert [line for line in told if re.search(r"Seq Scan on script|^SCAN script$", line)] == []
    # In the order of its key, as far as the page goes.
    assert [line for line in listed if re.search(r"Sort|TEMP B-TREE", line)] == []


def test_the_bundle_with_the_highest_version_is_handed_out(database):
    with database.writing() as connection:
        assert trusting.newest(connection) is None
        for version in (2, 3, 1):
            trusting.put(connection, Published(version, NOON, "ada", f"body {version}"))

    with database.reading() as connection:
        assert trusting.newest(connection) == Published(3, NOON, "ada", "body 3")


def test_no_bundle_takes_the_place_of_another_one(database):
    with database.writing() as connection:
        trusting.put(connection, Published(1, NOON, "ada", "one"))

    with pytest.raises(Exception, match=r"(?i)unique|faster"), database.writing() as connection:
        trusting.put(connection, Published(1, NOON, "mia", "another"))
