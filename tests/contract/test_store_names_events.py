# SPDX-License-Identifier: MIT
"""What the store promises of events that name a run and leave its task to central, whatever engine it is."""

import pytest

from humeops.central.store.questions import data, events
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, take
from tests.contract.refusing import refuse
from tests.fixtures.events import a_run, say


@pytest.mark.parametrize("order", ["first", "last"])
def test_what_names_a_run_and_no_task_has_the_task_of_the_run_whenever_its_start_comes(database, agent, order):
    far = make_agent(database, "web1")
    run = a_run(begins=100, ends=None)
    unnamed = [say("log", 110, message="hi", task=""), say("data", 105, task="", data={"n": 105})]
    for event in unnamed:
        event.run = run[0].id
    named = [say("data", after, data={"n": after}) for after in (104, 106)]

    if order == "first":
        take(database, far, *unnamed)
        assert ask(database, data.find, data.Filter()) == []
        assert len(ask(database, events.find, events.Filter(task=""), False)) == 2
        take(database, far, named[0], first=3)
    take(database, agent, *run)
    if order == "last":
        take(database, far, named[0])
        take(database, far, *unnamed, first=2)

    assert [(one.host, one.task, one.value) for one in ask(database, data.find, data.Filter())] == [
        ("web1", "backup", 105)
    ]
    assert {event.task for event in ask(database, events.find, events.Filter(), False)} == {"backup"}
    take(database, far, named[1], first=9)
    assert [one.value for one in ask(database, data.find, data.Filter())] == [106]


def test_what_names_a_run_and_no_task_is_not_named_by_a_start_that_the_database_refuses(database, agent):
    run = a_run(say("data", 5, task="", data={"n": 1}), ends=None)
    run[0].task = "poison"
    refuse(database, "event", "kind", "start")

    receipt = take(database, agent, *run)

    assert (receipt.stored, receipt.dead) == (1, 1)
    assert [event.task for event in ask(database, events.find, events.Filter(), False)] == [""]
    assert ask(database, data.find, data.Filter()) == []
