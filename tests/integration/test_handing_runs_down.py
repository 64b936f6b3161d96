# SPDX-License-Identifier: MIT
"""A run reached from outside of its processes: by its id, across users, from a terminal; and who may not reach it."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest

from tests.fixtures import processes, scene, standin

AS_NOBODY = {
    "sudo": 'sudo -n -u nobody HUME_DIR="$HUME_DIR" "$H" info said',
    "sudo sh": """sudo -n -u nobody HUME_DIR="$HUME_DIR" H="$H" sh -c '"$H" info said; :'""",
    "su": """su -s /bin/sh nobody -c "HUME_DIR='$HUME_DIR' '$H' info said; :\"""",
    "setpriv": 'setpriv --reuid=65534 --clear-groups "$H" info said',
}


@pytest.fixture(scope="module")
def stage() -> Iterator[scene.Scene]:
    with scene.scene() as made:
        yield made


@pytest.fixture
def waiting(stage: scene.Scene) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A script that began a run, printed its id, and goes on when it is spoken to."""
    job = stage.write('run=$("$H" start --print-run)\necho "$run"\nread -r go\n"$H" info late\n"$H" stop\n')
    script = stage.begin("bash", job)
    assert script.stdout
    yield script, script.stdout.readline().strip()
    script.communicate("go\n", timeout=60)
    stage.heard()


def hex_of(run: str) -> str:
    return uuid.UUID(run).hex.upper()


SAY = """
import os, sys, zmq
path, uid, event = sys.argv[1:]
os.setresuid(int(uid), int(uid), int(uid))
requester = zmq.Context().socket(zmq.REQ)
requester.connect(f"ipc://{path}")
requester.send(event.encode())
print(requester.recv().decode() if requester.poll(20_000) else "no answer")
os._exit(sys.stdout.flush() or 0)
"""


def say(socket: pathlib.Path, event: dict[str, object], uid: int | None = None) -> str:
    """Say an event made by hand, as another user if need be, and return humed's answer."""
    command = [sys.executable, "-c", SAY, str(socket), str(os.geteuid() if uid is None else uid), json.dumps(event)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def event_by_hand(message: str, chain: list[tuple[int, int]], **more: object) -> dict[str, object]:
    now = time.time_ns()
    random = int.from_bytes(os.urandom(10))
    number = now // 1_000_000 << 80 | 7 << 76 | (random >> 68 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    said = {"v": 1, "id": str(uuid.UUID(int=number)), "kind": "log", "time": now, "boot": boot, "message": message}
    return {**said, "mono": time.clock_gettime_ns(time.CLOCK_BOOTTIME), "origin": {"chain": chain}, **more}


def start_of(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def test_print_run_prints_the_id_of_the_start(stage: scene.Scene, waiting: tuple[subprocess.Popen[str], str]) -> None:
    story = stage.heard()

    assert hex_of(waiting[1]) == story.started("job").id


def test_hume_run_leads_from_another_session_into_the_run(
    stage: scene.Scene, waiting: tuple[subprocess.Popen[str], str]
) -> None:
    _, run = waiting

    # As ssh would: another session, nothing of the environment but what is named.
    story = stage.play("env", "-i", f"HUME_RUN={run}", f"HUME_DIR={stage.installed.root}", stage.hume, "info", "far")

    assert story.said("far").run == hex_of(run)


def test_a_script_begun_with_hume_run_is_a_run_within_that_one(
    stage: scene.Scene, waiting: tuple[subprocess.Popen[str], str]
) -> None:
    inner = stage.write('"$H" start inner\n"$H" info deep\n"$H" stop\n"$H" info shallow\n', "inner")

    story = stage.play("bash", inner, HUME_RUN=waiting[1])

    assert story.started("inner").parent == hex_of(waiting[1])
    assert story.said("deep").run == story.started("inner").id
    assert story.said("shallow").run == hex_of(waiting[1])


DAEMON = """
import os, subprocess, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
while os.getppid() == os.getsid(0):
    time.sleep(0.01)
subprocess.run([os.environ["H"], "info", "from a daemon"])
os.close(int(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("begin", "found"),
    [('"$H" start service', False), ('HUME_RUN=$("$H" start -t service --print-run); export HUME_RUN', True)],
)
def test_who_left_the_processes_of_the_script_needs_its_id(begin: str, found: bool, stage: scene.Scene) -> None:
    daemon = stage.write(DAEMON, "daemon")

    # Its end of the pipe is what the script waits for.
    story = stage.play(
        "bash",
        stage.write(
            f'{begin}\nexec 9> >(cat >/dev/null)\nreader=$!\npython3 {daemon} 9\nexec 9>&-\nwait $reader\n"$H" stop\n'
        ),
    )

    said = story.said("from a daemon")
    assert (said.run == story.started("service").id, said.task) == (found, "service" if found else "daemon")


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh"])
def test_after_exec_the_run_is_the_commands_and_lost_with_it(shell: str, stage: scene.Scene) -> None:
    job = stage.write('"$H" start replaced\nexec sh -c \'"$H" info said; :\'\n')

    story = stage.play(standin.require(shell), job)

    started = story.started("replaced").id
    assert story.said("said").run == started
    processes.wait_until(lambda: stage.heard().runs[started].state == "lost", "the run is lost")


def test_exec_of_hume_run_is_a_run_with_its_end(stage: scene.Scene) -> None:
    story = stage.play("bash", stage.write('exec "$H" run -t whole -- true\n'))

    assert story.started("whole").state == "ok"


def test_hume_run_of_an_ended_run_makes_an_event_of_the_task_with_a_link(stage: scene.Scene) -> None:
    story = stage.play("bash", stage.write('"$H" start ended\n"$H" stop\n'))
    run = story.started("ended").id

    story = stage.play(stage.hume, "info", "-t", "ended", "too late", HUME_RUN=str(uuid.UUID(run)))

    event = story.said("too late")
    assert (event.run, event.link, event.task) == ("", run, "ended")


def test_a_trace_is_recorded(stage: scene.Scene) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    story = stage.play("bash", stage.write('"$H" start traced\n"$H" stop\n'), TRACEPARENT=trace)

    assert {event.origin["traceparent"] for event in story.events} == {trace}


@pytest.mark.skipif(not scene.is_root(), reason="only root becomes somebody else unasked")
@pytest.mark.parametrize("body", AS_NOBODY.values(), ids=AS_NOBODY)
def test_another_user_within_a_script_belongs_to_its_run(body: str, stage: scene.Scene) -> None:
    standin.require(body.split()[0])

    story = stage.play("bash", stage.write(f'"$H" start across\n{body}\n"$H" stop\n'))

    event = story.said("said")
    assert event.run == story.started("across").id
    assert (event.origin["uid"], event.origin["via"]) == (scene.NOBODY, "ipc")


@pytest.mark.skipif(not scene.is_root(), reason="only root becomes somebody else unasked")
@pytest.mark.parametrize("claim", ["chain", "run", "within", "stop"])
def test_who_claims_somebody_elses_run_is_refused(
    claim: str, stage: scene.Scene, waiting: tuple[subprocess.Popen[str], str]
) -> None:
    script, run = waiting
    chain = [(script.pid, start_of(script.pid))] if claim in ("chain", "stop") else [(1, 1)]
    more: dict[str, object] = {claim: run} if claim in ("run", "within") else {}
    if claim == "stop":
        more = {"kind": "stop", "outcome": "ok", "status": 0}
    event = event_by_hand("a lie", chain, **more)

    answer = say(stage.installed.layout.socket, event, uid=scene.NOBODY)

    assert answer.startswith(f"77 {event['id']} ")
    assert [heard for heard in stage.heard().events if heard.message == "a lie"] == []


def test_a_pid_that_was_given_again_is_another_process(
    stage: scene.Scene, waiting: tuple[subprocess.Popen[str], str]
) -> None:
    pid = waiting[0].pid
    same = event_by_hand("the same", [(pid, start_of(pid))], task="job")
    other = event_by_hand("another", [(pid, start_of(pid) + 1)], task="job")

    for event in (same, other):
        assert say(stage.installed.layout.socket, event).startswith("0 ")
    story = stage.heard()

    assert (story.said("the same").run, story.said("another").run) == (hex_of(waiting[1]), "")


@pytest.mark.parametrize(
    "shell", [["bash", "--norc", "--noprofile"], ["zsh", "-f"], ["dash"]], ids=lambda shell: shell[0]
)
def test_a_person_typing_into_a_shell_has_a_run(shell: list[str], stage: scene.Scene) -> None:
    standin.require(shell[0])
    terminal, end = pty.openpty()
    # A session of its own with this terminal, as whoever opens a window gets it.
    person = subprocess.Popen(
        ["setsid", "--ctty", *shell, "-i"],
        env=stage.environ(PS1="ready> ", PROMPT="ready> "),
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)
    lines = [
        '"$H" start typed',
        '"$H" info first',
        'f() { "$H" info second; }; f',
        '( "$H" info third; : )',
        '"$H" stop',
        "exit",
    ]

    for line in lines:
        read_until(terminal, b"ready> ")
        os.write(terminal, line.encode() + b"\n")
    person.wait(timeout=30)
    os.close(terminal)
    story = stage.heard()

    run = story.started("typed")
    assert [story.said(word).run for word in ("first", "second", "third")] == [run.id] * 3
    assert run.state == "ok"
    assert next(event for event in story.events if event.kind == "start").origin["by"] == "terminal"


def read_until(terminal: int, wanted: bytes) -> None:
    seen = b""
    while wanted not in seen:
        seen += os.read(terminal, 1024)


def test_a_script_that_is_killed_leaves_a_lost_run(stage: scene.Scene) -> None:
    job = stage.write('"$H" start killed\n"$H" flag half\necho ready\nread -r go\n')
    script = stage.begin("bash", job)
    assert script.stdout
    script.stdout.readline()
    started = stage.heard().started("killed")

    script.kill()
    script.communicate(timeout=30)

    def state() -> list[tuple[object, ...]]:
        return stage.installed.central_rows(f"SELECT state FROM run WHERE id = x'{started.id}'")

    processes.wait_until(lambda: state() == [("lost",)], "the run is lost")
    assert stage.heard().runs[started.id].reason.startswith("died after half")


ORPHANS = """
import ctypes, os, subprocess
ctypes.CDLL(None).prctl(15, b"systemd", 0, 0, 0)
subprocess.run([os.environ["H"], "start", "orphan"])
subprocess.run([os.environ["H"], "info", "-t", "orphan", "of somebody else"])
"""


def test_a_start_whose_caller_has_gone_is_lost_and_draws_nothing_to_it(stage: scene.Scene) -> None:
    # To hume it looks as if the caller had ended and left it to systemd.
    story = stage.play(sys.executable, stage.write(ORPHANS))

    orphan = story.started("orphan").id
    assert story.said("of somebody else").run == ""
    processes.wait_until(lambda: stage.heard().runs[orphan].state == "lost", "the run is lost")
