# SPDX-License-Identifier: MIT
"""Gathers the facts of this host. Only looks: nothing is written, no event is said, no file is opened for writing.

Each thing that is asked has a limit of its own, so that the doctor answers in seconds on the sickest host.
"""

import os
import pathlib
from collections.abc import Mapping

from humeops.cli import places, queue
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.gather import daemon, files, programs, server, signing
from humeops.clock import Clock
from humeops.daemon import config


def gather(folder: str | None, environ: Mapping[str, str], clock: Clock) -> Facts:
    """Return all that can be found out about the installation that a `hume` with this environment uses."""
    where = places.find(environ, folder)
    found, now_ns = programs.look(environ), clock.wall_ns()
    alive = daemon.look(where, now_ns)
    if alive.picture is None:
        alive = alive._replace(picture=queue.from_disk(where, now_ns))
    chosen, complaint = places.settings_of(where)
    complaint = programs.check_config(found.humed, where) or complaint
    spool = chosen.spool if chosen else None
    return Facts(
        places=where,
        uid=os.geteuid(),
        wall_ns=now_ns,
        programs=found,
        config=chosen,
        config_complaint=complaint,
        daemon=alive,
        socket=files.look_at_link(where.socket),
        run_folder=files.look(where.socket and where.socket.parent),
        drop_folder=files.look_at_link(where.drop),
        drop_can_be_made=files.can_be_made(where.drop),
        tokens=tuple(filter(None, map(files.look, _secrets(where, chosen)))),
        dropped=files.look_into_drop(where.drop, now_ns),
        disks=files.look_at_disks(spool and spool.parent, where.drop),
        stored=files.look_at_spool(spool, alive.answer in ("yes", "silent")),
        central=server.look(where, chosen, environ),
        signing=signing.look(),
    )


def _secrets(where: places.Places, chosen: config.Config | None) -> list[pathlib.Path]:
    beside = [where.root / "token"] if where.root else []
    return [*beside, *([chosen.credential_file] if chosen else [])]
