# SPDX-License-Identifier: MIT
"""Serves central's API with uvicorn until told to stop.

*Design.* One process: an event loop for HTTP, threads for the database. The socket is bound before anything is said of
it, so the address in `central.url` answers from the moment the file appears. On SIGTERM or SIGINT uvicorn stops taking
connections, requests under way get STOP_SECONDS, and the caller closes the database after that, which waits for the
transaction under way. A batch that was cut off is sent again by its agent.
"""

import contextlib
import os
import pathlib
import secrets
import socket
from collections.abc import Callable

import uvicorn
from litestar.types import ASGIApp

from humeops.central import collector

STOP_SECONDS = 5
_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to this address; port 0 takes any free one."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def url_of(bound: socket.socket) -> str:
    """Return the address at which this socket answers."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: ASGIApp, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Answer on this socket until SIGTERM or SIGINT; call `ready` once requests are answered."""
    collector.calm()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=60,
    )
    _Server(config, ready).run(sockets=[bound])


def write_address(path: pathlib.Path, url: str) -> None:
    """Leave the address for the command line and humed; the file appears whole."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    draft.write_text(f"{url}\n", "ascii")
    draft.chmod(0o644)
    draft.replace(path)


def remove_address(path: pathlib.Path, url: str) -> None:
    """Take the address back, unless another central has left its own meanwhile."""
    with contextlib.suppress(OSError):
        if path.read_text("ascii").strip() == url:
            os.unlink(path)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
