# SPDX-License-Identifier: MIT
"""Every event is checked, stamped with what humed knows better, and attached to its run and task."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from humeops.daemon.attaching import task_of_script
from humeops.daemon.config import OriginSettings
from humeops.daemon.origins import Origins
from humeops.daemon.pipeline import Pipeline
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Spool
from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES, MAX_NAME
from humeops.wire import codec
from tests.unit.daemon.sayings import next_id, say
from tests.unit.daemon.screens import no_rules, open_guard

SHELL = [300, 30]
SOMEBODY = Sayer(1000, 4711, "ipc")


class Humed:
    """A pipeline over a spool; `take` commits one event and returns what the spool then holds of it."""

    def __init__(self, path):
        self.spool = Spool(path)
        origins = Origins("web1", OriginSettings())
        runs, shared = OpenRuns(self.spool.db), SharedData(self.spool.db)
        guard, ruling = open_guard(self.spool), no_rules()
        self.pipeline = Pipeline(origins, runs, shared, lambda worth, size: None, guard, ruling)

    def take(self, said, sayer=SOMEBODY):
        with self.spool.group() as group:
            taken = self.pipeline.take(said, sayer, group, 1)
        stored = codec.decode(self.rows()[-1])
        assert stored == taken
        return stored

    def rows(self):
        return [body for (body,) in self.spool.db.execute("SELECT body FROM event ORDER BY seq")]


@pytest.fixture
def humed(tmp_path):
    made = Humed(tmp_path / "spool.db")
    yield made
    made.spool.close()


def test_what_the_kernel_knows_overrides_what_the_sayer_claims(humed):
    event = humed.take(say(host="bank", task="t", origin={"uid": 0, "pid": 1, "via": "magic"}))

    assert (event.host, event.origin.uid, event.origin.pid, event.origin.via) == ("web1", 1000, 4711, "ipc")


def test_what_is_not_known_is_not_believed_either(humed):
    event = humed.take(say(task="t", origin={"uid": 0, "pid": 1}), Sayer(None, None, "drop"))

    assert (event.origin.uid, event.origin.pid, event.origin.via) == (None, None, "drop")


def test_line_script_and_chain_are_the_sayers(humed):
    event = humed.take(say(task="t", origin={"line": 41, "script": "/a/b.sh", "chain": [SHELL]}))

    assert (event.origin.line, event.origin.script, event.origin.chain) == (41, "/a/b.sh", [(300, 30)])


def test_a_start_is_its_own_run(humed):
    event = humed.take(say("start", run=next_id(), task="t"))

    assert event.run == event.id


def test_an_event_gets_run_and_task_from_the_process_above(humed):
    started = humed.take(say("start", task="backup", origin={"chain": [SHELL]}))

    event = humed.take(say(origin={"chain": [SHELL], "script": "other.sh"}))

    assert (event.run, event.task) == (started.id, "backup")


def test_a_task_that_is_said_is_kept(humed):
    humed.take(say("start", task="backup", origin={"chain": [SHELL]}))

    event = humed.take(say(task="rotate", origin={"chain": [SHELL]}))

    assert (event.run, event.task) == (None, "rotate")


def test_a_run_that_is_named_and_not_known_here_is_kept(humed):
    run = next_id()

    assert humed.take(say(run=run, task="t")).run == run


def test_without_a_run_the_script_names_the_task(humed):
    assert humed.take(say(origin={"script": "/usr/local/bin/backup.sh"})).task == "backup.sh"


def test_a_named_run_that_has_ended_still_tells_its_task(humed):
    started = humed.take(say("start", task="backup", origin={"chain": [SHELL]}))
    humed.take(say("stop", run=started.id, outcome="ok", origin={"chain": [SHELL]}))

    event = humed.take(say(run=started.id, origin={"script": "/bin/bash"}))

    assert (event.run, event.task) == (started.id, "backup")


@pytest.mark.parametrize("kind", [{}, {"kind": "stop", "outcome": "ok"}, {"kind": "data", "data": {"a": 1}}])
def test_the_task_of_a_named_run_that_is_not_known_here_is_left_to_central(humed, kind):
    run = next_id()

    event = humed.take(say(**{"kind": "log", "run": run, "origin": {"script": "/bin/bash"}, **kind}))

    assert (event.run, event.task) == (run, "")


@pytest.mark.parametrize("members", [{"origin": {}}, {"origin": {"script": "/"}}, {"origin": {"script": "/a/ "}}])
@pytest.mark.parametrize("kind", ["start", "log"])
def test_what_tells_nothing_of_where_it_comes_from_is_heard_all_the_same(humed, kind, members):
    event = humed.take(say(kind, **members))

    assert event.task == f"unknown-{SOMEBODY.uid}"
    assert len(humed.rows()) == 1


@pytest.mark.parametrize("kind", ["loss", "gone"])
def test_nobody_else_may_say_what_is_humeds_own_to_say(humed, kind):
    with pytest.raises(MalformedEventError, match="humed's own"):
        humed.take(say(kind))


def _event_of_the_largest_size() -> bytes:
    data = {f"k{number}": "\U0001f9ed" * 1_024 for number in range(7)} | {f"r{number}": "" for number in range(6)}
    event = {**json.loads(say()), "message": "\U0001f9ed" * 8_192, "data": data}
    room = MAX_EVENT_BYTES - len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
    for key in ("r0", "r1", "r2", "r3", "r4", "r5"):
        data[key] = "r" * min(1_024, room)
        room -= len(data[key])
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def test_an_event_that_outgrows_the_limit_when_stamped_is_refused_now_and_not_at_central(humed):
    said = _event_of_the_largest_size()

    assert len(said) == MAX_EVENT_BYTES
    with pytest.raises(MalformedEventError, match="filled in"):
        humed.take(said)
    assert humed.rows() == []


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_task_made_of_a_script_is_always_a_name(script):
    task = task_of_script(script)

    assert len(task) <= MAX_NAME
    assert codec.is_name(task)


@pytest.mark.parametrize(
    ("script", "task"),
    [
        ("/usr/local/bin/backup.sh", "backup.sh"),
        ("backup", "backup"),
        ("/opt/a b/c d.py", "c d.py"),
        ("/opt/x:y=z", "x_y_z"),
        ("/opt/\u202egnp.sh", "_gnp.sh"),
        ("/opt/über.sh", "über.sh"),
        ("/opt/" + "x" * 63 + " y", "x" * 63),
        ("/opt/", ""),
        ("", ""),
    ],
)
def test_a_task_is_the_last_part_of_the_path_mended_to_a_name(script, task):
    assert task_of_script(script) == task


def test_the_process_that_a_dropped_file_names_goes_no_further(humed):
    event = humed.take(say(task="t", sayer=[7, 8]), Sayer(None, None, "drop"))

    assert event.sayer is None
