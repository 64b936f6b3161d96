# SPDX-License-Identifier: MIT
"""Connections to central as humed's settings want them: through a proxy, with a CA and a certificate of one's own, with an end to waiting."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any, TypeAlias

import urllib3

from humeops.daemon.config import CentralSettings
from humeops.errors import UnavailableError, explain

Stamp: TypeAlias = tuple[tuple[int, int, int] | None, ...]


def open_pool(central: CentralSettings) -> urllib3.PoolManager:
    """Return connections that are tried once and follow nobody elsewhere; UnavailableError without the certificate they are to show."""
    options: dict[str, Any] = {
        "maxsize": 1,
        "timeout": urllib3.Timeout(total=central.timeout_seconds),
        "retries": False,
        **_shown(central),
    }
    if central.ca_file:
        # Instead of the system's: a private central is vouched for by nobody else.
        options["ca_certs"] = central.ca_file
    if not central.proxy:
        return urllib3.PoolManager(**options)
    proxy = urllib3.util.parse_url(central.proxy)
    headers = urllib3.make_headers(proxy_basic_auth=proxy.auth) if proxy.auth else None
    return urllib3.ProxyManager(proxy._replace(auth=None).url, proxy_headers=headers, **options)


def stamp(central: CentralSettings) -> Stamp:
    """Return what changes when certificate or key are renewed: whoever holds connections opens new ones then."""
    return tuple(_stamps(central))


def _shown(central: CentralSettings) -> dict[str, str]:
    if not central.client_cert:
        return {}
    # Both may be in one file. Named in any case: then a key with a password is refused, and nobody is asked for it.
    files = {"cert_file": central.client_cert, "key_file": central.client_key or central.client_cert}
    for name, path in files.items():
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            setting = "client_cert" if name == "cert_file" else "client_key"
            raise UnavailableError(f"`central.{setting}`: {explain(error)}") from error
    return files


def _stamps(central: CentralSettings) -> Iterator[tuple[int, int, int] | None]:
    for path in filter(None, (central.client_cert, central.client_key)):
        found = None
        with contextlib.suppress(OSError):
            there = os.stat(path)
            found = (there.st_ino, there.st_mtime_ns, there.st_size)
        yield found
