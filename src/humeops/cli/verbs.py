# SPDX-License-Identifier: MIT
"""All verbs of `hume` and the nearest right spelling of a wrong one. Pure.

A verb for people is the module of its name in this package, imported when it is used: starting up must not cost what is
not needed. The native verbs are here only to be named; the native client handles them before we are ever started.
"""

from collections.abc import Iterable

PEOPLE: dict[str, str] = {
    "up": "humed and central here, in the foreground (for a trial, a laptop)",
    "status": "every task as it is now, grouped by host, troubles first",
    "runs": "runs, newest first",
    "show": "one run as a timeline",
    "events": "what was said, newest first",
    "tail": "the last of what was said; -f goes on with what is said now",
    "wait": "until a task's run has ended; the exit status tells how",
    "check": "a task as a plugin of a monitoring system",
    "data": "data that scripts shared, with who wrote it and when",
    "note": "write a note on a task or on a run",
    "about": "what a task is for, whose it is, and the tags people give it",
    "take": "take a task's trouble in hand, or give it back",
    "badge": "an address without a token that shows how a task or a tag is",
    "login": "sign in to a central elsewhere: hume login URL",
    "enroll": "let this host report to a central: hume enroll URL < token",
    "audit": "what was done at central and what was refused: who, from where, when",
    "link": "a link that opens the pages in a browser, once",
    "hosts": "the hosts that report, how they are heard, how the humed of each fares",
    "watch": "what is expected of tasks: hume watch list, add, show, remove, pause, apply",
    "alert": "what is wrong and who is told: hume alert list, show, apply, export, test",
    "silence": "keep something quiet for a while: hume silence host:db1 --for 2h --why WHY; list, end",
    "queue": "this host's spool: what waits to reach central",
    "rules": "what the rules of humed.toml make of an event: hume rules test",
    "sign": "sign a script with your own OpenSSH key",
    "signers": "whom hosts believe: hume signers publish, update, show",
    "scripts": "which scripts run where, signed by whom, unsigned, changed, expiring",
    "verify": "does a script verify here, and what was signed",
    "doctor": "what is wrong with this installation, and the command that mends it",
    "watchdog": "one round trip through hume, humed and central, timed: for a timer or cron",
    "central": "central's own verbs on its machine, as hume-central: dead, retention, backup, restore",
    "completion": "completion for bash, zsh or fish",
    "help": "this list, or one verb's options",
    "version": "which hume this is",
}

NATIVE: dict[str, str] = {
    "start": "a run begins: hume start [TASK] [MESSAGE]",
    "debug": "an event of that level: hume debug TEXT",
    "info": "an event: hume info TEXT",
    "ok": "an event: hume ok TEXT",
    "warn": "an event: hume warn TEXT",
    "error": "an event: hume error TEXT",
    "critical": "an event: hume critical TEXT",
    "flag": "a mark on the run's timeline: hume flag NAME [TEXT]",
    "progress": "the share that is done: hume progress 50, or 3/12",
    "set": "share data: hume set KEY=VALUE...",
    "get": "print what was shared: hume get [HOST[:TASK]/]KEY",
    "ping": "still here: hume ping [TASK]",
    "stop": "the run ends: hume stop [STATUS] [TEXT], as in: hume stop $?",
    "shell-init": 'lines, and the stop by itself: eval "$(hume shell-init bash)"',
    "run": "start, run a command, stop: hume run [OPTIONS] -- COMMAND...",
}

# Native verbs that the client hands over when the answer is central's; they are modules here too, unlisted.
HANDED_OVER = frozenset({"get", "run"})

# Words people try first; difflib would not lead from them to the right one.
_MEANT = {
    "begin": "start",
    "end": "stop",
    "finish": "stop",
    "done": "stop",
    "fail": "stop",
    "warning": "warn",
    "err": "error",
    "crit": "critical",
    "log": "info",
    "mark": "flag",
    "list": "runs",
    "ls": "status",
    "ps": "status",
    "state": "status",
    "task": "status",
    "tasks": "status",
    "follow": "tail",
    "serve": "up",
    "put": "set",
    "alerts": "alert",
    "tag": "about",
    "owner": "about",
    "runbook": "about",
    "mute": "silence",
    "maintenance": "silence",
    "ack": "take",
    "snooze": "silence",
    "spool": "queue",
    "host": "hosts",
    "agents": "hosts",
}


def nearest(word: str, words: Iterable[str] | None = None) -> str | None:
    """Return the right spelling that comes nearest among these words (all verbs unless given), or None."""
    import difflib  # a few milliseconds that only a mistake pays for

    wrong = word.lower()
    if words is None and wrong in _MEANT:
        return _MEANT[wrong]
    choices = [*PEOPLE, *NATIVE] if words is None else list(words)
    beginning_so = [choice for choice in choices if len(wrong) > 2 and choice.startswith(wrong)]
    if len(beginning_so) == 1:
        return beginning_so[0]
    found = difflib.get_close_matches(wrong, choices, n=1, cutoff=0.6)
    return found[0] if found else None
