# SPDX-License-Identifier: MIT
"""What the native verbs take, for `hume-cli help VERB`. Pure.

The native client has its own help (native/src/help.c) and answers first; this is for who asks hume-cli. Which verb takes
which option is completion's table, so that the two cannot differ; a test holds that every option is explained here.
"""

from humeops.cli import completion, verbs

OPTIONS: dict[str, str] = {
    "--print-run": "print the run's id, to hand over: run=$(hume start --print-run)",
    "--every": "how often it is expected: 1d, 6h",
    "--cron": "when it is expected: '15 3 * * *'",
    "--calendar": "when it is expected, as systemd writes it: 'Mon..Fri 03:15'",
    "--tz": "the time zone that --cron and --calendar mean",
    "--grace": "how late it may be: 1h",
    "--max": "how long a run may take: 2h",
    "--describe": "what it is for",
    "--runbook": "where to read what to do when it fails: an address",
    "--owner": "whom to ask",
    "--timeout": "end the command after that time, with 124: 2h",
    "--kill-after": "kill it when it goes on for so long after that: 10s",
    "--lock": "only one of that name at a time; a second one ends with 75",
    "--lock-wait": "but wait so long for the lock",
    "--signed": "instead of a command: run this script as it was signed, or end with 126",
    "--trust": "whom to believe, instead of /etc/hume/signing",
    "--output": "when the last 16 kB of its output go along: fail, always, never",
    "--ttl": "how long the values hold: 90, 15m, 26h, 7d",
    "--unit": "what the numbers count; bytes: 73MB is a number, s: 1h30m is one",
    "--task": "-t; the task, when it is not the run's",
    "--tags": "-T; tags, a,b; may be repeated",
    "--extra": "-x; KEY=VALUE that belongs to this event; may be repeated",
    "--level": "-L; the level",
    "--run": "the run, whatever process says it; of start and run, the one around it",
    "--host": "the host's name as the script sees it",
    "--append-pstree": "-a; the names of all ancestor processes go along",
    "--strict": "end with a status that tells whether it was stored",
    "--lossy": "this event may be lost",
    "--deadline": "milliseconds to wait for humed at most",
    "--verbose": "-v; say what happens",
    "--help": "-h; what the verb takes",
}


def options_of(verb: str) -> list[str]:
    """Return the long options of a native verb, its own ones first."""
    if verb == "get":
        return ["--task", "--deadline", "--help"]  # a question makes no event
    return [*completion.NATIVE_EXTRA.get(verb, ()), *completion.NATIVE_OPTIONS]


def help_of(verb: str) -> str:
    """Return what this native verb does and takes."""
    names = options_of(verb)
    columns = max(map(len, names)) + 2
    return "\n".join([verbs.NATIVE[verb], "", *(f"  {name:<{columns}}{OPTIONS[name]}" for name in names)])
