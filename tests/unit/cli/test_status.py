# SPDX-License-Identifier: MIT
"""`hume status`: what is wrong comes first, is said in full, and decides the exit status."""

import pytest

from humeops import visible
from humeops.api.schemas import AgentView, RunView, TakenView, TaskView
from humeops.cli import board, looks, losses, watching
from humeops.cli.terminal import UNCUT, Terminal, reads_utf8, wants_colour
from humeops.clock import SystemClock
from tests.unit.cli.central import MINUTE, SECOND

NOW = 1_795_406_391 * SECOND


def _task(state, task="backup", host="db1", reason="", **more):
    return TaskView(host, task, state, NOW - 11 * MINUTE, NOW - 11 * MINUTE, reason, **more)


def _draw(terminal, *tasks):
    return list(board.draw(terminal, board.in_order(tasks), NOW))


def test_the_board_reads_like_this(hume, filled):
    said = hume("status", ask=filled)

    lines = said.out.splitlines()
    assert lines[0] == "db1"
    assert [line.split()[1] for line in lines[1:] if line.startswith("  ") and line[2] != " "] == [
        "failed",
        "warning",
        "running",
        "ok",
        "lost",
        "late",
        "ok",
    ]
    assert lines[-1] == "1 failed, 1 lost, 1 late, 1 warning, 1 running, 2 ok on 2 hosts"
    assert "\x1b" not in said.out
    assert said.status == 2


def test_a_line_says_state_task_when_how_long_and_why():
    last = RunView("x", "x", "db1", "backup", "failed", NOW - 900 * SECOND, NOW - 11 * MINUTE, 250 * SECOND)
    lines = _draw(Terminal(width=100), _task("failed", reason="exit 3 at line 41, after db-dumped", last_run=last))

    assert lines == ["db1", "  ✗ failed   backup  11 min ago  4m10s  exit 3 at line 41, after db-dumped"]


def test_a_running_task_says_since_when_and_after_what():
    last = RunView("x", "x", "db1", "check", "running", NOW - 42 * SECOND, last_flag="connected")
    view = TaskView("db1", "check", "running", NOW, NOW, last_run=last, running=1)

    assert _draw(Terminal(), view)[1] == "  ◔ running  check  since 42 s  after connected"
    view.running = 3
    assert _draw(Terminal(), view)[1].endswith("3 runs at once")


def test_who_has_a_trouble_in_hand_is_said():
    task = _task("failed", reason="exit 3", taken=TakenView("mia", NOW))

    assert _draw(Terminal(width=100), task)[1].endswith("exit 3; taken by mia")


def test_a_declaration_that_is_not_taken_is_said():
    task = _task("ok", notice="`cron`: Bad minute")

    said = " ".join(" ".join(_draw(Terminal(), task)).split())
    assert said.endswith("its declaration is not taken: `cron`: Bad minute")


@pytest.mark.parametrize("width", [40, 60, 80, 120, UNCUT])
@pytest.mark.parametrize("unicode", [True, False], ids=["utf-8", "ascii"])
def test_no_line_is_wider_than_the_terminal(width, unicode):
    tasks = [
        _task("failed", "a" * 64, reason="exit 3 at line 41, after " + "x" * 60),
        _task("late", "日本" * 20, "h" * 255, "expected 03:15, grace 30 min, last ran yesterday 03:15 and took 18 min"),
        _task("ok", "\x1b[2J\u202e" * 8),
    ]

    tasks[2].last_run = RunView("x", "x", "h", "t", "ok", NOW - 900 * SECOND, NOW - 11 * MINUTE, 250 * SECOND)
    lines = _draw(Terminal(width=width, unicode=unicode), *tasks)

    assert max(map(visible.width, lines)) <= width
    assert unicode or all(line.isascii() for line in lines)
    assert "grace 30" in " ".join(lines) or width < 60


def test_a_troubles_sentence_is_wrapped_rather_than_cut():
    lines = _draw(Terminal(width=60), _task("failed", reason="exit 3 at line 41, after db-dumped"))

    assert " ".join(" ".join(lines).split()).endswith("exit 3 at line 41, after db-dumped")


def test_colour_comes_only_with_a_terminal_that_wants_it():
    coloured = _draw(Terminal(colour=True), _task("failed"))[1]

    assert coloured.startswith("  \x1b[31;1m✗ failed\x1b[0m")
    assert wants_colour(True, {})
    assert not wants_colour(False, {})
    assert not wants_colour(True, {"NO_COLOR": "1", "FORCE_COLOR": "1"})
    assert wants_colour(False, {"FORCE_COLOR": "1"})
    assert not wants_colour(True, {"TERM": "dumb"})


@pytest.mark.parametrize(
    ("environ", "reads"),
    [
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # what Python itself sets in the C locale
        ({"LANG": "de_DE", "LC_CTYPE": "de_DE.utf8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
    ],
)
def test_the_locale_decides_about_utf8(environ, reads):
    assert reads_utf8(environ) is reads


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((), 0),
        (("ok", "running", "new", "paused"), 0),
        (("ok", "warning"), 1),
        (("warning", "unknown"), 1),
        (("unknown", "ok"), 3),
        (("a-state-of-tomorrow",), 3),
        (("warning", "failed"), 2),
        (("lost",), 2),
        (("late",), 2),
        (("overdue",), 2),
    ],
    ids=str,
)
def test_the_exit_status_is_a_monitoring_plugins(states, status):
    assert looks.exit_status(states) == status


def test_with_no_task_yet_it_teaches(hume, fake):
    said = hume("status", ask=fake)

    assert said.status == 0
    assert "hume start backup" in said.out
    assert "hume stop $?" in said.out


def test_patterns_choose_hosts_and_tasks(hume, filled):
    def tasks(*arguments):
        return hume("status", *arguments, "-o", "csv", "--columns", "task", ask=filled).out.split()[1:]

    assert tasks("db1:backup") == ["backup"]
    assert tasks("backup") == ["backup"]
    assert tasks("db?") == ["backup", "disk-report", "replica-check", "vacuum"]
    assert tasks("*:certs*") == ["certs-renew"]
    assert tasks("--host", "web*", "--task", "certs-renew") == ["certs-renew"]
    assert tasks("db1", "--problems") == ["backup", "disk-report"]


def test_what_matches_nothing_is_unknown(hume, filled):
    said = hume("status", "db9", ask=filled)

    assert (said.status, said.out) == (3, "No task matches.\n")


def test_a_limit_cuts_what_is_shown_not_what_is_judged(hume, filled):
    said = hume("status", "--problems", "--limit", "1", ask=filled)

    assert said.status == 2
    assert "✗ failed" in said.out
    assert "3 more not shown (--limit 1)" in said.out
    assert said.out.endswith("1 failed, 1 lost, 1 late, 1 warning, 1 running, 2 ok on 2 hosts\n")
    found = hume("status", "vacuum", "--limit", "1", "-o", "csv", "--columns", "task", ask=filled)
    assert (found.status, found.out) == (0, "task\nvacuum\n")
    table = hume("status", "--limit", "1", "--columns", "task", ask=filled)
    assert (table.status, table.err) == (2, "6 more not shown (--limit 1)\n")


def test_all_pages_are_judged(hume, filled):
    filled.page = 2

    assert hume("status", "--limit", "1", ask=filled).status == 2
    assert [params for path, params in filled.asked if path.endswith("tasks")][-1]["after"] == "6"


def test_nothing_wrong_is_said_in_one_line(hume, filled):
    filled.tasks = [view for view in filled.tasks if view.state == "ok"]

    said = hume("status", "--problems", ask=filled)

    assert (said.status, said.out) == (0, "Nothing is wrong: 2 ok on 2 hosts.\n")


def test_watching_needs_a_terminal_and_no_format(hume, filled):
    piped = hume("status", "--watch", ask=filled)

    assert (piped.status, piped.out) == (64, "")
    assert "needs a terminal" in piped.err
    assert hume("status", "--watch", "-o", "json", ask=filled).status == 64


def test_a_watched_board_fits_the_screen():
    assert watching.fit_height(["a", "b", "c"], 3) == ["a", "b", "c"]
    assert watching.fit_height(["a", "b", "c", "d"], 3) == ["a", "b", "  and 2 more lines"]


def _agent(host="db1", declared=0, silent=0, ago=3 * 3600 * SECOND, cause="spool over its size"):
    now = SystemClock().wall_ns()
    return AgentView(host, 0, now, 0, declared, silent, now - ago if declared else None, cause if declared else "")


def test_a_host_that_lost_events_says_so_under_its_name(hume, filled):
    filled.tasks = [view for view in filled.tasks if view.state == "ok"]
    filled.agents = [_agent(declared=412), _agent("dead", silent=1)]

    said = hume("status", ask=filled)

    lines = said.out.splitlines()
    assert lines[lines.index("db1") + 1] == "  ▲ 412 events lost: spool over its size, 3 h ago"
    assert lines[lines.index("dead") + 1] == "  ▲ 1 event lost without a word"
    assert said.status == 1
    assert hume("status", "--problems", ask=filled).out.startswith("db1\n  ▲ 412 events")
    assert "▲" not in hume("status", "--host", "web*", ask=filled).out
    assert "▲" not in hume("status", "*:vacuum", ask=filled).out
    assert "dead" not in hume("status", "db?", ask=filled).out


def test_a_loss_long_past_is_history_and_a_silent_one_is_not():
    now = SystemClock().wall_ns()

    assert losses.tell(_agent(declared=412, ago=8 * 86400 * SECOND), now) == ""
    assert losses.tell(_agent(declared=2, silent=3, ago=8 * 86400 * SECOND), now) == "3 events lost without a word"


def test_a_central_that_knows_no_losses_is_no_fault(hume, filled):
    filled.without = {"agents"}

    assert hume("status", ask=filled).status == 2
