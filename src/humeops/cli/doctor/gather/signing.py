# SPDX-License-Identifier: MIT
"""Whom this host believes for signed scripts, as the folder says."""

import pathlib

from humeops.cli.doctor.facts import Signing
from humeops.clock import NS_PER_SECOND
from humeops.errors import ConfigError, explain
from humeops.security.signing import installing, trust
from humeops.security.signing.trust import Trust


def look(folder: pathlib.Path = trust.FOLDER, owners: tuple[int, ...] = (0,)) -> Signing | None:
    """Return what is there; None when signed scripts are no matter of this host."""
    if not folder.is_dir():
        return None
    try:
        found = installing.in_force(folder, owners)
        if found is None and (folder / installing.ROOTS).exists():
            return Signing(awaits=True)
        until = Trust(folder, owners).until
    except ConfigError as error:
        return Signing(str(error))
    except OSError as error:
        return Signing(explain(error))
    until_ns = int(until.timestamp()) * NS_PER_SECOND if until is not None else None
    return Signing(version=found.bundle.version if found else None, until_ns=until_ns)
