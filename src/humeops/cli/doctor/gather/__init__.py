# SPDX-License-Identifier: MIT
"""Gathers the facts of this host. Only looks: nothing is written, no event is said, no file is opened for writing.

Each thing that is asked has a limit of its own, so that the doctor answers in seconds on the sickest host.
"""

import os
import pathlib
from collections.abc import Mapping

from humeops.cli import places
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.gather import daemon, files, programs, server
from humeops.clock import Clock
from humeops.daemon import config
from humeops.errors import ConfigError


def gather(folder: str | None, environ: Mapping[str, str], clock: Clock) -> Facts:
    """Return all that can be found out about the installation that a `hume` with this environment uses."""
    where = places.find(environ, folder)
    found = programs.look(environ)
    chosen, complaint = _settings(where)
    complaint = programs.check_config(found.humed, where) or complaint
    spool = chosen.spool if chosen else None
    return Facts(
        places=where,
        uid=os.geteuid(),
        wall_ns=clock.wall_ns(),
        programs=found,
        config=chosen,
        config_complaint=complaint,
        daemon=daemon.look(where, clock.wall_ns()),
        socket=files.look(where.socket),
        run_folder=files.look(where.socket and where.socket.parent),
        drop_folder=files.look(where.drop),
        tokens=tuple(filter(None, map(files.look, _secrets(where, chosen)))),
        dropped=files.look_into_drop(where.drop, clock.wall_ns()),
        disks=files.look_at_disks(spool and spool.parent, where.drop),
        stored=files.look_at_spool(spool),
        central=server.look(where, chosen, environ),
    )


def _settings(where: places.Places) -> tuple[config.Config | None, str]:
    if where.root is None:
        return None, ""
    if where.is_system and not (where.config and where.config.exists()):
        return config.load(where.root), ""
    try:
        return config.load(where.root, where.config if where.is_system else None), ""
    except ConfigError as error:
        # The defaults still tell where things are, as far as anybody can tell.
        return config.load(where.root, pathlib.Path(os.devnull)), str(error)


def _secrets(where: places.Places, chosen: config.Config | None) -> list[pathlib.Path]:
    beside = [where.root / "token"] if where.root else []
    return [*beside, *([chosen.credential_file] if chosen else [])]
