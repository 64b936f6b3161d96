# SPDX-License-Identifier: MIT
"""What humed reads of processes: the kernel's table, real and made up, and nothing wrong from what is odd in it."""

import os
import subprocess
import sys

import pytest

from humeops.daemon.processes import Processes
from humeops.event import MAX_CHAIN
from tests.fixtures.processes import wait_until
from tests.unit.daemon.hosts import ProcessTable

SHELL, CRON = (300, 30), (100, 10)


@pytest.fixture
def table(tmp_path):
    return ProcessTable(tmp_path / "proc")


def test_this_process_and_its_parent_are_seen_in_the_real_table():
    processes = Processes()
    me, parent, *_ = processes.above(os.getpid())

    assert (me[0], parent[0]) == (os.getpid(), os.getppid())
    assert processes.is_alive(me)
    assert not processes.is_alive((me[0], me[1] + 1))
    assert processes.user_of(os.getpid()) == os.geteuid()
    assert len(processes.boot) == 36


def test_one_that_ended_and_was_not_reaped_is_not_alive():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    processes = Processes()
    wait_until(lambda: (seen := processes.look(ended.pid)) and seen.is_ended, "the process has ended")

    seen = processes.look(ended.pid)
    assert seen is not None
    assert not processes.is_alive(seen.link)
    ended.wait()
    assert processes.look(ended.pid) is None


def test_a_process_whose_first_thread_ended_is_alive_while_others_work(table):
    table.add(SHELL, state="Z", threads=2)

    assert Processes(table.path).is_alive(SHELL)


def test_the_way_up_is_nearest_first(table):
    table.tree(SHELL, CRON)

    assert list(Processes(table.path).above(300)) == [SHELL, CRON]


def test_a_parent_younger_than_its_child_ends_the_way_up(table):
    table.add((100, 50))
    table.add(SHELL, parent=100)

    assert list(Processes(table.path).above(300)) == [SHELL]


def test_a_table_that_leads_in_a_circle_is_left_in_the_end(table):
    table.add((1, 10), parent=2)
    table.add((2, 10), parent=1)

    assert len(list(Processes(table.path).above(1))) == MAX_CHAIN + 2


@pytest.mark.parametrize("text", ["", "300", "300 (sh) S", "300 (sh) S x y z", ") ) )"])
def test_what_is_no_line_of_the_table_is_no_process(table, text):
    (table.path / "300").mkdir()
    (table.path / "300" / "stat").write_text(text)

    assert Processes(table.path).look(300) is None


def test_without_a_table_nothing_is_seen(tmp_path):
    processes = Processes(tmp_path / "nowhere")

    assert (processes.boot, processes.pidns, processes.user_of(1), processes.groups_of(1)) == ("", None, None, "")
    assert list(processes.above(1)) == []
