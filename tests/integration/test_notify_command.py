# SPDX-License-Identifier: MIT
"""Commands on central: what they are given, and that nothing of them is left."""

import json
import os
import pathlib
import time

import pytest

from humeops.central.notify import channel as channel_module
from humeops.central.notify import channels
from humeops.central.notify.channels import RefusedError, UnreachableError
from humeops.central.notify.wording import Wording
from tests.fixtures import telling

WORDING = Wording(zone="UTC")


def _tell(program, *arguments, message=None, timeout=5):
    channel = channels.read({"type": "command", "argv": [str(program), *arguments], "timeout": timeout}, "pager")
    allowed = channel_module.Allowed(commands=(str(program),))
    channels.deliver(channel, message or telling.message(), WORDING, telling.AT, allowed)


def _script(folder, text):
    file = folder / "tell"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def _is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_message_is_on_standard_input_and_its_short_form_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("HUME_CENTRAL_DATABASE", "postgresql://hume:hunter2@db/hume")
    _tell(
        _script(tmp_path, f'cat >{tmp_path}/in; env >{tmp_path}/env; printf "%s\\n" "$@" >{tmp_path}/args'),
        "a b",
        "$HOME",
    )

    told = json.loads((tmp_path / "in").read_text())
    environment = (tmp_path / "env").read_text()
    assert told["data"]["items"][0]["host"] == "db1"
    assert "HUME_SHORT=backup on db1 failed: exit 3 at line 41" in environment
    assert "hunter2" not in environment
    assert (tmp_path / "args").read_text() == "a b\n$HOME\n"


def test_only_a_program_that_central_lists_is_run(tmp_path):
    channel = channels.read({"type": "command", "argv": [str(_script(tmp_path, f"touch {tmp_path}/ran"))]}, "pager")
    with pytest.raises(RefusedError, match=r"list it in `notify.commands`"):
        channels.deliver(channel, telling.message(), WORDING, telling.AT)

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(("status", "error"), [(1, UnreachableError), (75, UnreachableError), (78, RefusedError)])
def test_its_status_decides_whether_to_try_again_and_its_last_words_are_told(tmp_path, status, error):
    with pytest.raises(error, match=rf"tell: exit {status}: no \\x1b\[31mpager"):
        _tell(_script(tmp_path, f"printf 'no \\033[31mpager\\n' >&2; exit {status}"))


def test_a_program_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RefusedError, match="can't be run"):
        _tell(tmp_path / "nowhere")


def test_what_takes_too_long_ends_with_all_that_it_started(tmp_path):
    script = _script(
        tmp_path, f"trap '' TERM; sleep 1000 & echo $! >{tmp_path}/child; echo $$ >{tmp_path}/self; wait; wait"
    )
    with pytest.raises(UnreachableError, match="not done after 1 s"):
        _tell(script, timeout=1)

    assert not any(_is_alive(int((tmp_path / name).read_text())) for name in ("child", "self"))


def test_what_it_left_in_the_background_ends_with_it_and_holds_nothing_up(tmp_path):
    began = time.monotonic()
    _tell(_script(tmp_path, f"sleep 1000 & echo $! >{tmp_path}/child"), timeout=60)

    assert time.monotonic() - began < 30
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not _is_alive(child):
            break
        time.sleep(0.02)
    assert not _is_alive(child)


def test_a_flood_of_words_is_not_kept_and_not_waited_for(tmp_path):
    with pytest.raises(UnreachableError) as raised:
        _tell(_script(tmp_path, "head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 1"))

    assert len(str(raised.value)) < 400


def test_one_that_reads_nothing_is_not_waited_for(tmp_path):
    _tell(_script(tmp_path, "exit 0"), message=telling.message(telling.item(output="x" * 500_000)))


def test_no_descriptor_of_central_is_handed_on(tmp_path):
    with (tmp_path / "open").open("w") as opened:
        os.set_inheritable(opened.fileno(), True)
        _tell(_script(tmp_path, f"ls -l /proc/self/fd >{tmp_path}/fds"))

    assert f"{tmp_path}/open" not in (tmp_path / "fds").read_text()
