# SPDX-License-Identifier: MIT
"""Scripts written for hume 1.x run unmodified, option by option; and where that form ends and ours begins."""

import subprocess

import pytest

from humeops.event import Event
from tests.native.conftest import Caller, both_builds

pytestmark = both_builds

# Every option and variable of 1.x, as its scripts write them.
SCRIPT = """\
#!/bin/bash
set -e
HTASK="WORDPRESS_UPDATE"
HTAGS="wordpress,cron,updates"
export LINENO

hume -c counter-start -t "$HTASK" -T "$HTAGS" -m "Starting wordpress update cron process"
hume -t "$HTASK" -T wordpress -T cron,updates -L info "Updating in /var/www/site1"
hume --task "$HTASK" --tags "$HTAGS" --level error "Core update error"
hume -t "$HTASK" -L ok "all is well"
hume -t "$HTASK" -L warn -x SITE=one -x "NOTE:half: done" "two variables"
hume -t "$HTASK" -L critical "msg in the middle" -x LAST=1
hume -t "$HTASK" -L debug -a "with the tree"
hume --append-pstree --task="$HTASK" "with the tree, too"
hume --hostname web1.example -t "$HTASK" "from another name"
hume --auth-token s3cret -t "$HTASK" "with a token"
hume --recv-timeout 2000 -t "$HTASK" "patient"
hume --recv-timeout 0 -t "$HTASK" "without patience"
hume --verbose -t "$HTASK" "talkative"
hume --hume-cmd counter-pause -t "$HTASK" "lunch"
hume -c counter-reset -t "$HTASK" "and again"
export HUME_TASKNAME=FROM_ENVIRONMENT HUME_TAGS=env,more HUME_TOKEN=s3cret HUME_RECVTIMEOUT=1500
hume -L warn "task and tags from the environment"
hume -t "$HTASK" -L ok ok
hume -t "$HTASK" status
hume -c counter-stop -t "$HTASK" -T "$HTAGS" -L warn "Finished wordpress update cron task"
"""


def told(event: Event) -> tuple[str, str, str, str]:
    return (event.kind, event.task, event.level, event.message)


def test_a_script_written_for_1x_runs_unmodified(hume: Caller) -> None:
    path = hume.root / "update.sh"
    path.write_text(SCRIPT)
    bin_folder = hume.root / "bin"
    bin_folder.mkdir()
    (bin_folder / "hume").symlink_to(hume.program)
    env = {**hume.environment(), "PATH": f"{bin_folder}:{hume.environment()['PATH']}"}

    done = subprocess.run(["bash", str(path)], env=env, capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (0, b"")
    assert [line.partition(b";")[0] for line in done.stderr.splitlines()] == [b"hume: nobody is there"]  # --verbose
    site = "WORDPRESS_UPDATE"
    said = sorted(hume.dropped(), key=lambda event: event.mono)
    assert [told(event) for event in said] == [
        ("start", site, "info", "Starting wordpress update cron process"),
        ("log", site, "info", "Updating in /var/www/site1"),
        ("log", site, "error", "Core update error"),
        ("log", site, "ok", "all is well"),
        ("log", site, "warning", "two variables"),
        ("log", site, "critical", "msg in the middle"),
        ("log", site, "debug", "with the tree"),
        ("log", site, "info", "with the tree, too"),
        ("log", site, "info", "from another name"),
        ("log", site, "info", "with a token"),
        ("log", site, "info", "patient"),
        ("log", site, "info", "without patience"),
        ("log", site, "info", "talkative"),
        ("flag", site, "info", "lunch"),
        ("flag", site, "info", "and again"),
        ("log", "FROM_ENVIRONMENT", "warning", "task and tags from the environment"),
        ("log", site, "ok", "ok"),
        ("log", site, "info", "status"),
        ("stop", site, "warning", "Finished wordpress update cron task"),
    ]
    assert said[1].tags == said[2].tags == ["wordpress", "cron", "updates"]
    assert said[4].data == {"SITE": "one", "NOTE": "half: done"}
    assert said[5].data == {"LAST": 1}
    assert all("bash" in event.origin.tree for event in said[6:8])
    assert said[8].host == "web1.example"
    assert [event.flag for event in said[13:15]] == ["pause", "reset"]
    assert said[15].tags == ["env", "more"]
    assert said[-1].outcome == "warning"
    assert all(event.origin.script == str(path) for event in said)


@pytest.mark.parametrize(
    ("words", "kind", "task", "message"),
    [
        (["-t", "backup", "start"], "start", "backup", ""),
        (["-t", "backup", "stop", "0"], "stop", "backup", ""),
        (["--warn", "disk"], "log", "", "disk"),
        (["-t", "backup", "warn", "disk"], "log", "backup", "disk"),
        (["-T", "a", "ping"], "ping", "", ""),
        (["-x", "rows=1", "set"], "data", "", ""),
        (["-L", "ok", "--", "-m", "is an option"], "log", "", "-m is an option"),
        (["-c", "counter-start", "start"], "start", "x", "start"),
        (["-c", "counter-stop"], "stop", "", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_option_before_a_verb_leaves_it_a_verb(
    words: list[str], kind: str, task: str, message: str, hume: Caller
) -> None:
    done = hume.run("--strict", *words)

    (event,) = hume.dropped()
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (event.kind, event.message) == (kind, message)
    assert event.task == task or task == "x"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["info", "x", "-c", "counter-start"], "--hume-cmd beside the verb 'info': it belongs to the form of hume 1.x"),
        (["start", "-m", "x"], "--message beside the verb 'start': it belongs to the form of hume 1.x"),
        (["-c", "counter-strat", "x"], "-c 'counter-strat': did you mean counter-start?"),
        (["-c", "start", "x"], "-c 'start': counter-start, counter-stop, counter-pause or counter-reset"),
        (["-t", "x", "a message", "--warn", "x"], "'--warn' beside the message 'a message': one of them is too many (a level is given with -L)"),
        (["-L", "warn"], "usage: hume start|info|ok|warn|error|flag|progress|set|stop ...   (hume --help)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_fits_neither_form_is_wrong_usage(words: list[str], complaint: str, hume: Caller) -> None:
    done = hume.run(*words)

    assert (done.returncode, done.stderr.decode()) == (64, f"hume: {complaint}\n")
    assert hume.dropped() == []


def test_a_mistyped_verb_behind_an_option_is_stored_and_asked_about(hume: Caller) -> None:
    done = hume.run("-t", "backup", "strat")

    assert done.stderr == b"hume: 'strat' is taken as a message; did you mean the verb start?\n"
    assert [event.message for event in hume.dropped()] == ["strat"]


@pytest.mark.parametrize("words", [["-m", "strat"], ["-L", "warn", "strat"], ["-L", "warn", "-m", "warned"]], ids=" ".join)
def test_a_message_that_says_to_be_one_is_not_asked_about(words: list[str], hume: Caller) -> None:
    done = hume.run("-t", "backup", *words)

    assert done.stderr == b""
    assert [event.message for event in hume.dropped()] == words[-1:]


@pytest.mark.parametrize("text", ["-a point", "-cache misses: 3", "-minimum reached"])
def test_text_that_begins_like_an_option_of_1x_is_text(text: str, hume: Caller) -> None:
    hume.run("--strict", "info", text)

    assert [event.message for event in hume.dropped()] == [text]
