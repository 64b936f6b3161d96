# SPDX-License-Identifier: MIT
"""This host's shared data: the value said last that still holds, for whoever asks, whatever he asks."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from humeops.clock import NS_PER_SECOND
from humeops.daemon import sharing
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Spool
from humeops.wire import codec
from tests.unit.daemon.sayings import START_NS, say


class Host:
    """Shared data over a spool."""

    def __init__(self, path):
        self.spool = Spool(path)
        self.shared = SharedData(self.spool.db)

    def set(self, at=0, **members):
        with self.spool.group() as group:
            self.shared.apply(codec.decode(say("data", **{"time": START_NS + at, **members})), group)

    def get(self, question, at=100):
        answer = self.shared.answer(json.dumps(question).encode(), START_NS + at)
        return None if answer == b"1 ?" else json.loads(answer.removeprefix(b"0 ? "))

    def value(self, key, at=100, **more):
        found = self.get({"key": key, **more}, at)
        return None if found is None else found["value"]


@pytest.fixture
def host(tmp_path):
    made = Host(tmp_path / "spool.db")
    yield made
    made.spool.close()


@pytest.mark.parametrize("value", [42, -(2**63), 2**63 - 1, 0.5, True, False, "text", "", "\U0001f9ed", 1e300])
def test_a_value_keeps_its_type(host, value):
    host.set(data={"key": value})

    found = host.value("key")

    assert found == value
    assert type(found) is type(value)


def test_a_unit_belongs_to_numbers_only(host):
    host.set(data={"ok": True, "size": 73, "of": "db"}, unit="bytes")

    assert [host.get({"key": key}).get("unit") for key in ("ok", "size", "of")] == [None, "bytes", None]


def test_the_answer_says_who_when_and_in_what(host):
    host.set(at=7, task="backup", data={"size": 73}, unit="bytes", ttl=9)

    assert host.get({"key": "size"}) == {
        "value": 73,
        "task": "backup",
        "time": START_NS + 7,
        "unit": "bytes",
        "expires": START_NS + 7 + 9 * NS_PER_SECOND,
    }


def test_unit_and_expiry_are_left_out_where_there_are_none(host):
    host.set(data={"rows": 1})

    assert host.get({"key": "rows"}).keys() == {"value", "task", "time"}


def test_of_two_values_the_one_said_last_counts_whatever_way_it_took(host):
    host.set(at=20, data={"rows": "last"})
    host.set(at=10, data={"rows": "late"})

    assert host.value("rows") == "last"


def test_at_one_moment_the_later_id_counts(host):
    later = say("data", data={"rows": 2}, time=START_NS, id="01990000-0000-7000-8000-000000000002")
    earlier = say("data", data={"rows": 1}, time=START_NS, id="01990000-0000-7000-8000-000000000001")
    with host.spool.group() as group:
        host.shared.apply(codec.decode(later), group)
        host.shared.apply(codec.decode(earlier), group)

    assert host.value("rows") == 2


def test_each_task_has_its_own_and_nobody_in_particular_gets_the_last(host):
    host.set(at=20, task="backup", data={"rows": 1})
    host.set(at=10, task="rotate", data={"rows": 2})

    assert (host.value("rows", task="backup"), host.value("rows", task="rotate"), host.value("rows")) == (1, 2, 1)
    assert host.value("rows", task="other") is None


def test_a_value_is_gone_when_its_time_is_over(host):
    host.set(data={"rows": 1}, ttl=1)

    assert host.value("rows", at=NS_PER_SECOND - 1) == 1
    assert host.value("rows", at=NS_PER_SECOND) is None


def test_where_the_last_has_run_out_an_earlier_one_of_another_task_holds(host):
    host.set(at=1, task="backup", data={"rows": 1})
    host.set(at=2, task="rotate", data={"rows": 2}, ttl=1)

    assert host.value("rows", at=2 * NS_PER_SECOND) == 1


def test_a_value_at_the_end_of_time_lasts_to_the_end_of_time(host):
    host.set(time=2**63 - 1, data={"rows": 1}, ttl=3_153_600_000)

    assert host.get({"key": "rows"})["expires"] == 2**63 - 1


def test_data_of_other_kinds_is_not_shared(host):
    with host.spool.group() as group:
        host.shared.apply(codec.decode(say(data={"rows": 1})), group)

    assert host.value("rows") is None


def test_values_come_and_go_with_the_commit(host):
    with contextlib.suppress(ZeroDivisionError), host.spool.group() as group:
        host.shared.apply(codec.decode(say("data", data={"rows": 1})), group)
        raise ZeroDivisionError

    assert host.value("rows") is None


def test_they_are_bounded_and_the_oldest_go(host, monkeypatch):
    monkeypatch.setattr(sharing, "MAX_DATA", 100)
    monkeypatch.setattr(sharing, "_PRUNE_EVERY", 50)
    for number in range(200):
        host.set(at=number, data={f"key{number}": number})

    count = host.spool.db.execute("SELECT count(*) FROM datum").fetchone()[0]
    assert 100 <= count <= 150
    assert host.value("key0", at=1_000) is None
    assert host.value("key199", at=1_000) == 199


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"null",
        b"[]",
        b'"rows"',
        b"{}",
        b'{"key":""}',
        b'{"key":1}',
        b'{"key":null}',
        b'{"task":"backup"}',
        b'{"key":"%b"}' % (b"x" * 65),
        b'{"key":"rows","task":%b}' % (b"[" * 60_000),
        b'{"key":"rows","other":%b' % (b"[" * 60_000),
        b'{"key":"\\ud800"}',
        b'{"key":"\xff"}',
        b"\xff\xfe",
        b'{"key":"rows"} trailing',
    ],
)
def test_a_hostile_question_gets_a_refusal(host, question):
    answer = host.shared.answer(question, START_NS)

    assert answer.startswith(b"65 - ")
    assert len(answer) <= 1_024


@pytest.mark.parametrize("key", ["'; DROP TABLE datum; --", "%", "\0", "\u202e", "*"])
def test_a_key_is_only_ever_a_key(host, key):
    host.set(data={"rows": 1})

    assert host.value(key) is None
    assert host.value("rows") == 1


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_at_all_end_it(host, question):
    answer = host.shared.answer(question, START_NS)

    assert answer.startswith((b"65 - ", b"1 ?"))
