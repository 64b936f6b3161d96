# SPDX-License-Identifier: MIT
"""Whether the kernel killed for want of memory: counted in the process's control group, or above it when that is gone."""

import pathlib
import shutil
import subprocess
import sys
import uuid

import pytest

from humeops.daemon import oom
from humeops.daemon.oom import NOTHING, Toll

GROUP = "/system.slice/backup.service"


@pytest.fixture
def groups(tmp_path):
    (tmp_path / GROUP[1:]).mkdir(parents=True)
    kill(tmp_path, GROUP, 2)
    kill(tmp_path, "/system.slice", 5)
    return tmp_path


def kill(root: pathlib.Path, group: str, times: int) -> None:
    (root / group[1:] / "memory.events").write_text(
        f"low 0\nhigh 0\nmax 7\noom 9\noom_kill {times}\noom_group_kill 0\n"
    )


def count(root, group=GROUP):
    return oom.count(f"4:memory:/elsewhere\n0::{group}\n", root)


def test_what_was_killed_before_is_counted_in_the_group_and_above(groups):
    assert count(groups) == Toll(GROUP, 2, 5)


def test_a_kill_since_then_tells(groups):
    before = count(groups)
    kill(groups, GROUP, 3)

    assert oom.kills_since(before, groups) == 1


def test_when_the_group_is_gone_the_one_above_tells(groups):
    before = count(groups)
    shutil.rmtree(groups / GROUP[1:])
    kill(groups, "/system.slice", 7)

    assert oom.kills_since(before, groups) == 2


def test_without_a_kill_nothing_is_said(groups):
    assert oom.kills_since(count(groups), groups) == 0


@pytest.mark.parametrize("lines", ["", "0::/\n", "0::/../x\n", "0::/a/../../b\n", "4:memory:/x\n", "nonsense"])
def test_a_group_that_cannot_tell_is_left_out(groups, lines):
    assert oom.count(lines, groups) == NOTHING
    assert oom.kills_since(NOTHING, groups) == 0


def test_a_group_whose_numbers_are_none_is_not_guessed_at(groups):
    (groups / GROUP[1:] / "memory.events").write_text("oom_kill many\n")

    assert count(groups) == Toll(GROUP, None, 5)
    assert oom.kills_since(Toll(GROUP, 1, None), groups) == 0


def test_the_real_kernel_counts_a_real_kill(group):
    before = oom.count(f"0::/{group.name}\n")
    (group / "memory.max").write_text("20M")
    program = f"open({str(group / 'cgroup.procs')!r}, 'w').write('0'); x = bytearray(200_000_000)"
    ended = subprocess.run([sys.executable, "-c", program], check=False)

    assert ended.returncode == -9
    assert oom.kills_since(before) == 1


@pytest.fixture
def group():
    """A new control group that counts memory. Not every kernel has one, and no package mends that: it is skipped there."""
    made = oom.ROOT / f"hume-test-{uuid.uuid4()}"
    try:
        made.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    try:
        if not (made / "memory.max").exists():
            pytest.skip("no control groups of version 2 with a memory controller here")
        yield made
    finally:
        made.rmdir()
