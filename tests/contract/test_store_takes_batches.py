# SPDX-License-Identifier: MIT
"""What the store promises of batches, whatever engine it is."""

import random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from humeops.central import intake
from humeops.central.store import tables
from humeops.central.store.questions import data, events, runs, tasks
from humeops.errors import MalformedEventError
from humeops.wire import batch
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, content, count, distinct_words, take
from tests.contract.refusing import refuse
from tests.fixtures.events import NOON, SECOND, a_run, body_of, epoch_id, event_id, say
from tests.fixtures.events import runs as drawn_runs


def test_a_batch_is_stored_with_all_that_follows_from_it(database, agent):
    said = a_run(say("log", 5, message="hello"), say("data", 6, data={"bytes": 7}, unit="bytes", ttl=60))

    receipt = take(database, agent, *said)

    assert receipt == batch.Receipt(committed_upto=4, stored=4, known=0, dead=0)
    assert len(ask(database, events.find, events.Filter(), False)) == 4
    assert [run.summary.state for run in ask(database, runs.find, runs.Filter())] == ["ok"]
    assert [task.state for task in ask(database, tasks.find, tasks.Filter())] == ["ok"]
    (datum,) = ask(database, data.find, data.Filter())
    assert (datum.key, datum.value, datum.unit) == ("bytes", 7, "bytes")
    assert datum.expires_at == NOON + 66 * SECOND


def test_the_same_batch_again_changes_nothing(database, agent):
    said = a_run(say("log", 5, level="warning"), say("data", 6, data={"bytes": 7}))
    take(database, agent, *said)
    before = content(database)

    receipt = take(database, agent, *said)

    assert receipt == batch.Receipt(committed_upto=4, stored=0, known=4, dead=0)
    assert content(database) == before


def test_overlapping_batches_count_each_event_once(database, agent):
    said = a_run(*(say("log", number, level="info") for number in range(1, 9)))
    take(database, agent, *said[:6])

    receipt = take(database, agent, *said[3:], first=4)

    assert (receipt.stored, receipt.known, receipt.committed_upto) == (4, 3, 10)
    assert ask(database, runs.find, runs.Filter())[0].summary.levels == {"info": 8}


def test_the_same_event_twice_in_one_batch_is_one_event(database, agent):
    event = say("log", 1)

    receipt = take(database, agent, event, event)

    assert (receipt.stored, receipt.known, receipt.committed_upto) == (1, 1, 2)


def test_an_event_that_comes_again_under_another_seq_is_known_and_its_neighbours_are_stored(database, agent):
    said = a_run(say("log", 5, level="warning"), say("data", 6, data={"bytes": 7}))
    take(database, agent, *said[:3])

    under_a_new_seq = take(database, agent, *said[2:], say("log", 9), first=4)
    of_a_new_spool = take(database, agent, *said, say("log", 10), epoch="epoch-2")

    assert (under_a_new_seq.stored, under_a_new_seq.known, under_a_new_seq.dead) == (2, 1, 0)
    assert (of_a_new_spool.stored, of_a_new_spool.known, of_a_new_spool.dead) == (1, 4, 0)
    assert ask(database, runs.find, runs.Filter())[0].summary.levels == {"warning": 1}
    assert len(ask(database, events.find, events.Filter(), False)) == 6


def test_an_event_that_comes_again_beside_one_that_the_database_refuses_is_known(database, agent):
    good = say("log", 1, task="fine")
    take(database, agent, good)
    poison = say("log", 2, task="poison")
    refuse(database, "event", "task", "poison")

    receipt = take(database, agent, good, poison, say("log", 3, task="fine"), first=2)

    assert receipt == batch.Receipt(committed_upto=4, stored=1, known=1, dead=1)


def test_batches_out_of_order_end_the_same(database, agent, lend):
    said = [*a_run(say("flag", 5, flag="copied")), *a_run(say("data", 95, data={"a": 1}), begins=90, ends=100)]
    with lend() as other:
        other_agent = make_agent(other, "db1")

        receipts = [take(database, agent, event, first=seq) for seq, event in enumerate(said, 1)]
        backwards = [take(other, other_agent, said[seq - 1], first=seq) for seq in range(len(said), 0, -1)]

        assert content(database) == content(other)
    assert receipts[-1].committed_upto == backwards[-1].committed_upto == len(said)
    assert [receipt.committed_upto for receipt in backwards[:-1]] == [0] * (len(said) - 1)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],  # shrinking would open thousands of databases
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn_runs(), distinct_words, st.integers(0, 1_000_000))
def test_any_way_to_the_store_ends_in_the_same_content(lend, run, loose, seed):
    said = [*run[1], *loose]
    chance = random.Random(seed)
    halves = [[event for event in said if chance.random() < 0.5], said, chance.sample(said, len(said))]
    found = []
    for way in ([said], [said[::-1]], halves):
        with lend() as database:
            agent = make_agent(database, "db1")
            for part in way:
                take(database, agent, *part)
            found.append(content(database))

    assert found[0] == found[1]
    assert found[0] == found[2]


def test_what_cannot_be_read_is_kept_in_the_dead_letters_and_counts_as_committed(database, agent):
    good = say("log", 1)

    receipt = take(database, agent, b'{"v":1,"kind":"nonsense"}', good, b"[1,2]")
    again = take(database, agent, b'{"v":1,"kind":"nonsense"}', good, b"[1,2]")

    assert receipt == batch.Receipt(committed_upto=3, stored=1, known=0, dead=2)
    assert again.dead == 2
    with database.reading() as connection:
        letters = connection.execute(sa.select(tables.dead_letter).order_by(tables.dead_letter.c.seq)).all()
    assert [letter.raw for letter in letters] == [b'{"v":1,"kind":"nonsense"}', b"[1,2]"]
    assert all(letter.error for letter in letters)


@pytest.mark.parametrize("table", ["event", "run", "datum", "task"])
def test_an_event_that_the_database_refuses_is_buried_alone(database, agent, table):
    said = [say("data", number, task=f"task-{number}", data={"n": number}) for number in range(12)]
    poison = a_run(say("data", 2, data={"n": 0}, task="poison"))
    for event in poison:
        event.task = "poison"
    refuse(database, table, "task", "poison")

    receipt = take(database, agent, *said[:6], *poison, *said[6:])

    assert (receipt.stored + receipt.dead, receipt.committed_upto) == (15, 15)
    assert receipt.dead >= 1
    assert len(ask(database, tasks.find, tasks.Filter("", "task-*"))) == 12
    with database.reading() as connection:
        errors = set(connection.execute(sa.select(tables.dead_letter.c.error)).scalars())
    assert errors == {"the database refuses it: refused on purpose"}


def test_a_body_that_is_no_batch_stores_nothing(database, agent):
    odd_epochs = [body_of().replace(epoch_id("epoch-1").encode(), odd) for odd in (b"", b"a", b"A" * 36, b"0" * 36)]
    assert body_of() not in odd_epochs
    for body in (b"", b"{}", b"[]", b"\xff", b'{"v":2}', b"[" * 100_000, *odd_epochs):
        with pytest.raises(MalformedEventError):
            intake.take(database, agent, body, NOON)

    assert count(database, tables.agent_epoch) == 0


def test_the_credential_decides_the_host_not_the_event(database, agent):
    take(database, agent, say("log", 1, host="the-boss"))

    assert [event.host for event in ask(database, events.find, events.Filter(), False)] == ["db1"]


def test_an_event_of_another_host_joins_the_run_it_names(database, agent):
    far = make_agent(database, "web1")
    said = a_run(say("log", 5), ends=None)
    joining = say("log", 7, run=said[0].id, level="error", task="restore")

    take(database, far, joining)
    take(database, agent, *said)

    (run,) = ask(database, runs.find, runs.Filter())
    assert (run.host, run.task, run.summary.events) == ("db1", "backup", 3)
    assert {task.host for task in ask(database, tasks.find, tasks.Filter()) if task.last_run} == {"db1"}


def test_each_life_of_a_spool_has_its_own_watermark(database, agent):
    take(database, agent, say("log", 1), say("log", 2), epoch="one")

    receipt = take(database, agent, say("log", 3), epoch="two")

    assert receipt.committed_upto == 1


def test_a_hole_that_nobody_declared_is_counted_and_a_declared_one_is_not(database, agent):
    loss = {"epoch": epoch_id("declared"), "first": 2, "last": 4, "count": 3, "cause": "spool full"}
    take(database, agent, say("log", 1), epoch="silent")
    take(database, agent, say("log", 2), epoch="silent", first=5, oldest=5)
    take(database, agent, say("log", 3), epoch="declared")
    take(database, agent, say("loss", 4, task="", data=loss), epoch="declared", first=5, oldest=5)

    with database.reading() as connection:
        epoch = tables.agent_epoch.c
        found = connection.execute(sa.select(epoch.epoch, epoch.silently_lost, epoch.declared_lost)).all()
    assert {tuple(row) for row in found} == {(epoch_id("silent"), 3, 0), (epoch_id("declared"), 0, 3)}


@pytest.mark.parametrize(
    "loss", [{}, {"first": "1", "last": None}, {"first": 9, "last": 1, "count": -5}, {"epoch": ""}, {"epoch": "a"}]
)
def test_a_loss_that_declares_nonsense_declares_nothing(database, agent, loss):
    values = {key: value for key, value in loss.items() if value is not None}

    receipt = take(database, agent, say("loss", 4, task="", data=values))

    assert receipt.committed_upto == 1
    with database.reading() as connection:
        assert connection.execute(sa.select(tables.agent_epoch.c.declared_lost)).scalars().all() == [0]


def test_a_datum_keeps_the_value_that_was_written_last_whenever_it_arrives(database, agent):
    values = [say("data", after, data={"n": after}) for after in (5, 9, 1)]
    random.Random(3).shuffle(values)

    for seq, event in enumerate(values, 1):
        take(database, agent, event, first=seq)

    assert [datum.value for datum in ask(database, data.find, data.Filter())] == [9]


def test_the_largest_numbers_that_an_event_may_hold_are_stored(database, agent):
    edge = {"big": 2**63 - 1, "small": -(2**63), "tiny": 5e-324, "yes": True, "text": "\ufffd'\";--"}

    receipt = take(database, agent, say("data", 0, time=2**63 - 1, mono=2**63 - 1, ttl=3_153_600_000, data=edge))

    assert receipt.stored == 1
    assert {datum.key: datum.value for datum in ask(database, data.find, data.Filter())} == edge


def test_a_task_that_only_spoke_outside_of_runs_is_new(database, agent):
    take(database, agent, say("log", 3, tags=["b"]), say("log", 1, tags=["a"]), say("log", 2, task="", id=event_id(2)))

    (found, nameless) = reversed(ask(database, tasks.find, tasks.Filter()))
    assert (found.state, found.tags, found.last_run, found.since) == ("new", ["a", "b"], None, NOON + SECOND)
    assert nameless.task == "-"
