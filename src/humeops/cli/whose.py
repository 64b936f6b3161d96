# SPDX-License-Identifier: MIT
"""Which task, or which run of it, a person means: `RUN`, `HOST:TASK`, or `TASK` where one host alone has it."""

import re
import typing
import urllib.parse

import click

from humeops.api import schemas
from humeops.cli import client

_RUN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?")
_SHOWN = 5


class Place(typing.NamedTuple):
    """A task, and a run of it where one was meant."""

    host: str
    task: str
    run: str | None = None


def find(central: client.Central, name: str) -> Place:
    """Return what is meant; NotFoundError when nothing is, UsageError when it may be several."""
    if _RUN.fullmatch(name.lower()):
        run = central.fetch(f"runs/{urllib.parse.quote(name.lower(), safe='')}", schemas.RunDetail).run
        return Place(run.host, run.task, run.id)
    host, colon, task = name.rpartition(":")
    if colon:
        return Place(host, task)
    hosts = [view.host for view in central.items("tasks", schemas.TaskPage, {"task": task}, 100) if view.task == task]
    if not hosts:
        raise client.NotFoundError(f"no task {task[:100]!a}")
    if len(hosts) > 1:
        shown = ", ".join(f"{one}:{task}" for one in hosts[:_SHOWN])
        raise click.UsageError(
            f"{len(hosts)} hosts have a task of this name; which one? {shown}", click.get_current_context()
        )
    return Place(hosts[0], task)
