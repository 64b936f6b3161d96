# SPDX-License-Identifier: MIT
"""A signed script that has a run of its own: it hangs on the script's process, and bears the script's name, whoever is above."""

import subprocess

import pytest

from humeops.wire import codec
from tests.fixtures import signers, standin
from tests.fixtures.processes import wait_until

SHELLS = [("bash", "-e"), ("dash",), ("zsh", "-f")]
INNER = "hume start\n(hume info within; :)\nhume stop 3\nhume info behind\n"
IN_BASH = 'set -e\neval "$(hume shell-init bash)"\nhume start\nf() {\n  hume info within\n  ls /nonexistent\n}\nf\n'


@pytest.fixture
def host(installed):
    signers.require()
    installed.start_humed()
    return signers.Signers(installed.root)


def signed(host, text, *shell):
    words = [standin.require(shell[0]), *shell[1:]]
    signers.signed(host, "--interpreter", " ".join(words), text=text, name="job.sh")
    return f"hume run --trust {host.trust} --signed ./job.sh"


def said(installed, *command):
    """Run a command; return what humed stored, in its order."""
    subprocess.run(command, env=installed.environ(), cwd=installed.root, timeout=60, check=False)
    return [codec.decode(body.encode()) for _, body in installed.spool_rows()]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_its_own_run_is_not_that_of_the_script_which_calls_it(installed, host, shell):
    run_it = signed(host, INNER, *shell)
    host.write(f"#!/bin/sh\nhume start\n{run_it} an-argument\nhume info after\nhume stop 4\n", "outer.sh")

    events = said(installed, installed.root / "outer.sh")

    outer, around, inner, within, inner_stop, behind, around_stop, after, outer_stop = events
    assert [event.task for event in (outer, around, inner)] == ["outer.sh", "job.sh", "job.sh"]
    assert (inner.parent, around.parent) == (around.id, outer.id)
    assert (within.run, inner_stop.run, inner_stop.status) == (inner.id, inner.id, 3)
    assert (behind.run, around_stop.run) == (around.id, around.id)
    assert (after.run, outer_stop.run, outer_stop.status) == (outer.id, outer.id, 4)
    assert [event.origin.script for event in (around, inner)] == ["./job.sh"] * 2
    assert (inner.origin.args, inner.origin.sha256) == (["an-argument"], "")


def test_its_start_without_a_stop_ends_with_its_process(installed, host):
    run_it = signed(host, "hume start\n", "dash")

    around, inner, *_ = said(installed, "sh", "-c", f"{run_it}; :")
    wait_until(lambda: len(installed.spool_rows()) == 4, "humed sees that its process has gone")

    assert (inner.task, inner.parent) == ("job.sh", around.id)
    *_, gone = (codec.decode(body.encode()) for _, body in installed.spool_rows())
    assert (gone.kind, gone.run) == ("gone", inner.id)


def test_what_fails_in_it_is_told_with_its_path_and_line(installed, host):
    run_it = signed(host, IN_BASH, "bash")

    around, inner, within, stop, around_stop = said(installed, "sh", "-c", f"{run_it}; :")

    assert (inner.parent, stop.run, stop.status, around_stop.status) == (around.id, inner.id, 2, 2)
    assert (within.origin.file, within.origin.line, within.origin.function) == ("./job.sh", 5, "f")
    told = stop.origin
    assert (told.file, told.line, told.function, told.command) == ("./job.sh", 6, "f", "ls /nonexistent")
