# SPDX-License-Identifier: MIT
"""`hume-cli get HOST[:TASK]/KEY`: one shared value, from central. This host's own is the native client's to answer.

`hume get` hands over here for other hosts, so it behaves the same: the value and a line feed, text as it was said except
that a terminal gets it visible; status 1 and silence when there is none, or it has expired.
"""

import sys

import click

from humeops import cells
from humeops.api import schemas
from humeops.cli import client, options
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock

NO_VALUE = 1


@click.command("get")
@click.argument("name", metavar="HOST[:TASK]/KEY")
@options.central_options
def command(name: str, central: str | None, folder: str | None) -> int:
    """Print what another host shared: the value that any of its tasks set last, or TASK.

    Exit status: 0, or 1 when there is no such value or it has expired.
    """
    host, task, key = _split(name)
    datum = find(options.ask(central, folder), host, task, key, SystemClock().wall_ns())
    if datum is None:
        return NO_VALUE
    text = datum.value if isinstance(datum.value, str) else cells.to_json(datum.value)
    if sys.stdout.isatty():
        text = terminal_of(sys.stdout).text(text)
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "surrogatepass"))
    return 0


def find(central: client.Central, host: str, task: str, key: str, now_ns: int) -> schemas.DatumView | None:
    """Return the value written last that still holds, or None."""
    params = {"host": host, "task": task or None, "key": key}
    # Names are taken as they stand: a `*` in one is central's wildcard, and not ours.
    found = [
        datum
        for datum in central.items("data", schemas.DataPage, params, limit=100_000)
        if (datum.host, datum.key) == (host, key) and task in ("", datum.task)
    ]
    holding = [datum for datum in found if datum.expires_at is None or datum.expires_at > now_ns]
    return max(holding, key=lambda datum: datum.time, default=None)


def _split(name: str) -> tuple[str, str, str]:
    place, slash, key = name.partition("/")
    host, _, task = place.partition(":")
    if not (slash and host and key):
        what = "this host's own data are asked with `hume get KEY`" if not slash else "write HOST/KEY or HOST:TASK/KEY"
        raise click.UsageError(f"which host? {what}", click.get_current_context())
    return host, task, key
