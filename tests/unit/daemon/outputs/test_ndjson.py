# SPDX-License-Identifier: MIT
"""Files of JSON lines: what is in them, when another one is begun, and what faults leave."""

import json
import os

import pytest

from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.daemon.outputs import ndjson
from humeops.daemon.outputs.feed import Told
from humeops.daemon.outputs.ndjson import JsonLines
from humeops.daemon.outputs.settings import FileOutput
from humeops.errors import ConfigError
from humeops.wire import codec
from tests.unit.daemon.spooling import body


def told(**members):
    one = body(**members)
    return Told(one, codec.decode(one))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log" / "events.ndjson"


def writer(path, clock=None, **settings):
    return JsonLines(FileOutput(str(path), **settings), clock or SystemClock())


def messages(path):
    return [json.loads(line)["message"] for line in path.read_text().splitlines()]


def test_each_event_is_a_line(path):
    made = writer(path)

    made.write([told(message="one"), told(message="two")])
    made.write([told(message="three")])

    assert messages(path) == ["one", "two", "three"]
    assert oct(path.stat().st_mode & 0o777) in ("0o640", "0o600")
    made.close()


def test_a_line_is_plain_ascii_whatever_was_said(path):
    hostile = "a\u202eb\x9b\x7f\u2028\N{PILE OF POO}"
    made = writer(path)

    made.write([told(message=hostile)])

    raw = path.read_bytes()
    assert all(0x20 <= byte < 0x7F for byte in raw.removesuffix(b"\n"))
    assert messages(path) == [hostile]
    made.close()


def test_a_file_that_is_full_gets_another_name_and_the_oldest_go(path):
    made = writer(path, max_bytes=65_536, keep=2)
    large = "x" * 8_000

    for number in range(60):
        made.write([told(message=f"{number} {large}")])

    files = sorted(path.parent.iterdir())
    assert len(files) == 3
    assert all(one.stat().st_size <= 65_536 for one in files)
    kept = [int(message.split()[0]) for one in [*files[:-1], files[-1]] for message in messages(one)]
    assert kept[-1] == 59
    assert kept == sorted(kept)
    made.close()


def test_another_day_begins_another_file(path):
    clock = SystemClock()
    made = writer(path, clock, every="day")
    made.write([told(message="today")])
    day = clock.wall_ns() // NS_PER_SECOND
    os.utime(path, (day, day - 86_400))

    made.write([told(message="tomorrow")])

    assert messages(path) == ["tomorrow"]
    assert len(list(path.parent.iterdir())) == 2
    made.close()


def test_a_file_that_somebody_renamed_is_begun_anew(path):
    made = writer(path)
    made.write([told(message="one")])
    path.rename(path.with_name("theirs"))

    made.write([told(message="two")])

    assert messages(path) == ["two"]
    made.close()


def test_a_line_that_a_death_cut_short_does_not_spoil_the_next(path):
    path.parent.mkdir()
    path.write_bytes(b'{"v":1,"mess')
    made = writer(path)

    made.write([told(message="whole")])

    assert path.read_text().splitlines()[0] == '{"v":1,"mess'
    assert json.loads(path.read_text().splitlines()[1])["message"] == "whole"
    made.close()


def test_a_disk_that_fills_in_the_middle_leaves_no_half_a_line(path, monkeypatch):
    made = writer(path)
    made.write([told(message="one")])

    def fill(fd, data):
        os.write(fd, bytes(data[:5]))
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ndjson, "_write_all", fill)
        with pytest.raises(OSError, match="No space"):
            made.write([told(message="two")])
    made.write([told(message="two")])

    assert messages(path) == ["one", "two"]
    made.close()


@pytest.mark.parametrize("place", ["folder", "link", "fifo"])
def test_what_is_no_file_is_left_alone(path, place, tmp_path):
    path.parent.mkdir()
    if place == "folder":
        path.mkdir()
    elif place == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        os.mkfifo(path)

    with pytest.raises((OSError, ConfigError)):
        writer(path).write([told()])

    assert not (tmp_path / "elsewhere").exists()
