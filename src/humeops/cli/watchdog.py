# SPDX-License-Identifier: MIT
"""`hume watchdog`: one whole round trip, from a real call of `hume` to central's commit, with a time limit at each hop.

What it says is the watchdog's ping of this host: when it comes to central, the whole way worked, and its silence tells there
what nobody on this host can tell. It leaves nothing in the drop folder that would hide a humed which does not answer: such a
file is a failure here, though the event in it is not lost.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

import click

from humeops.cli import ask, places
from humeops.errors import Exit, HumeError, UnavailableError

TASK = "hume-watchdog"
LOOK_SECONDS = 0.02


class Hop(NamedTuple):
    """One part of the way, and how long it took."""

    name: str
    seconds: float


@click.command("watchdog")
@click.option(
    "--humed-limit", type=click.FloatRange(0.01, 60), default=1.0, metavar="SECONDS", help="humed's answer [1]."
)
@click.option(
    "--central-limit", type=click.FloatRange(0.1, 600), default=30.0, metavar="SECONDS", help="Central's commit [30]."
)
@click.option("--dir", "folder", metavar="DIR", help="The hume folder [what `hume` itself would use].")
def command(humed_limit: float, central_limit: float, folder: str | None) -> int:
    """Try the whole way once: hume, humed, its spool, central's commit. Says one line.

    Exit status: 0 all of it works in time, 75 a hop does not, and which.
    """
    where = places.find(os.environ, folder)
    hops: list[Hop] = []
    try:
        if where.socket is None:
            raise UnavailableError(where.complaint or "there is no humed for this user")
        before = _last_before(where.socket, humed_limit)
        hops.append(_say(where, where.socket, humed_limit))
        seq, hop = _find_in_spool(where.socket, humed_limit, before)
        hops.append(hop)
        hops.append(_await_end(where.socket, seq, central_limit))
    except HumeError as error:
        done = f"{_in_words(hops)}, then: " if hops else ""
        print(f"hume: the watchdog fails: {done}{error}", file=sys.stderr)
        return Exit.UNAVAILABLE
    print(f"ok: {_in_words(hops)}")
    return Exit.OK


def _say(where: places.Places, socket: pathlib.Path, limit: float) -> Hop:
    hume = shutil.which("hume", path=f"{pathlib.Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if hume is None:
        raise UnavailableError("there is no hume on PATH")
    named = {"HUME_ENDPOINT": f"ipc://{socket}", **({"HUME_SPOOL": str(where.drop)} if where.drop else {})}
    began = time.monotonic()
    words = [hume, "ping", TASK, "--strict", "-v", "--deadline", str(int(limit * 1000))]
    done = subprocess.run(
        words, env={**os.environ, **named}, capture_output=True, text=True, timeout=limit + 30, check=False
    )
    if done.returncode or "stored by humed" not in done.stderr:
        raise UnavailableError(f"hume says: {done.stderr.strip().removeprefix('hume: ') or 'nothing was said'}")
    return Hop("humed answered", time.monotonic() - began)


def _last_before(socket: pathlib.Path, limit: float) -> int:
    try:
        return _number(ask.ask(socket, "?queue", limit), "last_seq")
    except HumeError:
        return -1  # the ping tells what is wrong, in the words of hume itself


def _find_in_spool(socket: pathlib.Path, limit: float, before: int) -> tuple[int, Hop]:
    began = time.monotonic()
    picture = ask.ask(socket, "?queue", limit)
    if (seq := _number(picture, "last_seq")) == before:
        raise UnavailableError(
            f"humed took it and did not keep it: a rule or a processor drops the task {TASK} (hume queue)"
        )
    return seq, Hop("its queue told", time.monotonic() - began)


def _await_end(socket: pathlib.Path, seq: int, limit: float) -> Hop:
    """Wait until central has committed it; where nothing is forwarded, until every output has it."""
    began = time.monotonic()
    while True:
        picture = ask.ask(socket, "?queue", limit)
        taken = time.monotonic() - began
        forwards = picture.get("forwards") is not False
        if forwards and _number(picture, "committed_upto") >= seq:
            return Hop("central committed", taken)
        late = [] if forwards else _late_outputs(picture, seq)
        if not forwards and not late:
            return Hop("every output has it", taken)
        if taken > limit:
            why = next((one.get("last_error") for _, one in late), picture.get("last_error"))
            who = f"output {late[0][0]} does not have" if late else "central has not committed"
            raise UnavailableError(f"{who} it within {limit:g} s: {why or 'it says nothing of a reason'}")
        time.sleep(LOOK_SECONDS)


def _late_outputs(picture: dict[str, object], seq: int) -> list[tuple[str, dict[str, object]]]:
    outputs = picture.get("outputs")
    found = outputs.items() if isinstance(outputs, dict) else ()
    return [(name, one) for name, one in found if _number(one, "upto") < seq]


def _number(picture: dict[str, object], name: str) -> int:
    found = picture.get(name)
    if not isinstance(found, int):
        raise UnavailableError(f"humed's answer has no {name}: is it of another version?")
    return found


def _in_words(hops: list[Hop]) -> str:
    return ", ".join(f"{hop.name} after {hop.seconds * 1000:.1f} ms" for hop in hops)
