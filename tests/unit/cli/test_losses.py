# SPDX-License-Identifier: MIT
"""How losses read: the declared one as an event, with the numbers that are gone; hosts by pattern."""

import pytest

from humeops.api.schemas import AgentView, EventView
from humeops.cli import losses, phrases


@pytest.mark.parametrize(
    ("data", "numbers"),
    [
        ({"first": 135, "last": 151, "count": 17, "epoch": "e"}, " (numbers 135 to 151)"),
        ({"first": 1, "last": 40, "count": 17, "ranges": "1-9 12 34-40"}, " (numbers 1-9, 12, 34-40)"),
        ({"first": 1, "last": 400, "count": 17, "ranges": "1 " * 17}, f" (numbers {', '.join(['1'] * 17)})"),
        ({"first": 1, "last": 400, "count": 17, "ranges": "11 " * 21}, " (among numbers 1 to 400)"),
        ({"first": 1, "last": 40, "count": 17, "ranges": 7}, " (among numbers 1 to 40)"),
        ({"first": 1, "last": 40, "count": 17}, " (among numbers 1 to 40)"),
        ({"first": 7, "last": 7}, " (number 7)"),
        ({"first": "x", "last": 2}, ""),
        ({}, ""),
    ],
)
def test_a_loss_reads_as_what_was_lost_and_its_numbers(data, numbers):
    loss = EventView("i", 0, 0, "db1", "loss", "error", message="17 events lost: waited too long", data=data)

    assert phrases.said(loss) == f"17 events lost: waited too long{numbers}"


def test_only_star_and_question_mark_are_special_in_the_name_of_a_host():
    notes = {"web[1]": "a", "web1": "b", "db1": "c"}

    assert losses.of_hosts(notes, "web[1]") == {"web[1]": "a"}
    assert losses.of_hosts(notes, "web*") == {"web[1]": "a", "web1": "b"}


def test_hosts_are_chosen_by_name_and_by_filter(hume, filled):
    filled.agents = [AgentView(host, 0, epochs=[]) for host in ("db1", "db2", "web1")]

    def named(*words):
        return hume("hosts", *words, "--columns", "host", "-o", "csv", ask=filled).out.split()[1:]

    assert named("db*") == ["db1", "db2"]
    assert named("not host:db1") == ["db2", "web1"]
    assert named("db*", "host:web1,db2") == ["db2"]
    assert hume("hosts", "level:error", ask=filled).status == 64
