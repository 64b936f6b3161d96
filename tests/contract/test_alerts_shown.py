# SPDX-License-Identifier: MIT
"""What lists of alerts say of what was told, whatever engine it is: of each alert what became of it, found by indexes."""

import msgspec
import pytest
import sqlalchemy as sa

from humeops.api import alertviews, standing
from humeops.central.notify.message import Item, Message
from humeops.central.store import tables
from humeops.central.store.questions import alerts, tellings
from humeops.errors import HumeError, UnavailableError
from humeops.filters import parsing, printing
from humeops.filters.tree import EVERYTHING
from tests.contract.alerting import HOUR, MINUTE, World
from tests.contract.planning import analyse, plans, whole
from tests.fixtures.events import NOON, SECOND

NAMES = ("away", "dead", "spare", "fine")


def stand(world):
    """Return how each alert stands, by its task."""
    with world.database.reading() as connection:
        views = alertviews.alert_views(connection, alerts.find(connection, alerts.Filter(), 99, None).rows, EVERYTHING)
    return {view.task: standing.of(view, world.now) for view in views}


@pytest.fixture
def world(database):
    channels = {name: {"type": "mail"} for name in NAMES}
    once = [{"name": "all", "repeat": ""}]
    routes = [{"to": ["away", "dead", "fine"]}]
    made = World(database, rule=once, route=routes, channel=channels, fallback=["spare"])
    made.fails = {"away": UnavailableError("no route to it"), "dead": HumeError("550 no such user")}
    return made


def test_a_list_says_what_became_of_each_message(world):
    world.move("ok", "failed")
    world.at(MINUTE)

    said = stand(world)["backup"]
    assert "told to fine " in said
    assert "to be told to away (no route to it)" in said
    assert "not told to dead: 550 no such user, told through spare" in said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("host:db1 state:failed", ["backup"]),
        ("state:problem", ["copy", "backup"]),
        ("state:late", []),
        ("tag:cron", ["copy"]),
        ("task:back* or state:lost", ["copy", "backup"]),
        ("-tag:cron", ["backup"]),
        ("COP", ["copy"]),
        ("since:2020-01-01T00:00Z", ["copy", "backup"]),
        ("until:2020-01-01T00:00Z", []),
    ],
)
def test_alerts_are_chosen_by_a_filter(world, text, found):
    world.task(task="copy", tags=["cron"])
    world.move("ok", "failed")
    world.move("ok", "lost", task="copy")
    world.at(MINUTE)

    also = printing.settled(parsing.parse(text, "alerts"), world.now)
    with world.database.reading() as connection:
        rows = alerts.find(connection, alerts.Filter(also=also), 9, None).rows
    assert [one.alert.task for one in rows] == found


def test_what_is_given_up_is_said_as_such(world):
    world.move("ok", "failed")
    world.at(MINUTE)
    world.at(49 * HOUR)

    assert "not told to away: given up after 2 days: no route to it" in stand(world)["backup"]


def test_a_list_says_what_keeps_an_alert_quiet(database):
    world = World(database, parent=[{"when": "task:child", "on": "db1:backup"}])
    for task in ("backup", "child", "silent"):
        world.task(task=task)
    with database.writing() as connection:
        connection.execute(sa.update(tables.task).where(tables.task.c.task == "backup").values(state="failed"))
    world.silence("task:silent", span=HOUR)
    for task in ("backup", "child", "silent"):
        world.move("ok", "failed", task=task)
    assert stand(world) == {}
    world.at(0)
    assert stand(world)["backup"] == "about to be told"
    world.at(MINUTE)

    said = stand(world)
    assert said["backup"].startswith("told to ops ")
    assert said["child"] == "kept quiet: db1:backup is failed; nobody was told"
    assert said["silent"].startswith("silenced until ")
    assert said["silent"].endswith("; nobody was told")


def test_what_waits_for_the_end_of_quiet_hours_says_until_when_and_then_that_it_was_told(database):
    world = World(database, route=[{"to": ["ops"], "quiet": "00:00-23:59"}])
    world.move("ok", "failed")
    world.at(MINUTE)
    assert stand(world)["backup"].startswith("to be told to ops after its quiet hours, ")
    with database.reading() as connection:
        (stored,) = alerts.find(connection, alerts.Filter(), 9, None).rows
        entries = [(one.what, one.text) for one in alerts.entries(connection, stored.id, 9)]
    assert entries[-1] == ("held", "quiet hours of ops")

    world.at(23 * HOUR)
    assert stand(world)["backup"].startswith("told to ops ")


def test_where_a_route_tells_nobody_that_is_said(database):
    world = World(database, route=[{"to": []}])
    world.move("ok", "failed")
    world.at(MINUTE)

    assert stand(world)["backup"] == "nobody is to be told"


def test_what_became_of_alerts_is_found_without_reading_all_that_was_told(world):
    world.move("ok", "failed")
    world.at(MINUTE)
    item = Item(host="db1", task="other", before="ok", state="failed", reason="", since_ns=NOON)
    told = [Message(key=f"k{n}", kind="problem", time_ns=NOON - n * SECOND, items=(item,)) for n in range(3_000)]
    row = {"channel": "fine", "kind": "problem", "state": "sent", "attempts": 1, "error": ""}
    rows = [
        row | {"key": one.key, "at": one.time_ns, "message": msgspec.json.encode(one).decode(), "sent_at": NOON}
        for one in told
    ]
    entries = [{"alert": 1_000 + n, "at": NOON, "what": "told", "text": ""} for n in range(3_000)]
    with world.database.writing() as connection:
        connection.execute(sa.insert(tables.notification), rows)
        connection.execute(sa.insert(tables.alert_entry), entries)
    analyse(world.database)

    def ask(connection):
        found = alerts.find(connection, alerts.Filter(), 99, None).rows
        assert tellings.latest(connection, found)[found[0].id]
        alerts.entries(connection, found[0].id, 99)

    lines = plans(world.database, ask)

    assert lines
    assert whole(lines, "notification", "alert_entry") == []
