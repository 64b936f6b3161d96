# SPDX-License-Identifier: MIT
"""CURVE for senders on other machines: humed's key pair, and the folder of the keys that may speak to it.

`DIR/server.secret` and `DIR/server.key` are humed's own, `DIR/allowed/NAME.key` one sender each: a line with a public key as
ZeroMQ writes it (Z85, 40 characters). libzmq asks with each handshake (ZAP, rfc.zeromq.org/spec/27), and humed's loop
answers from the folder as it is then, so a sender is added and removed without a restart; connections that stand go on.
"""

import logging
import os
import pathlib
import re
from collections.abc import Iterable, Iterator

import zmq
import zmq.utils.z85

from humeops.errors import ConfigError, explain

ZAP_ADDRESS = "inproc://zeromq.zap.01"
_KEY = re.compile(rb"[0-9A-Za-z.:+=^!/*?&<>()\[\]{}@%$#-]{40}")

log = logging.getLogger(__name__)


def make_keys(folder: pathlib.Path) -> str:
    """Make humed's key pair in this folder, and the folder of allowed keys; return the public one. Existing keys stay."""
    try:
        (folder / "allowed").mkdir(mode=0o700, parents=True, exist_ok=True)
        public, secret = zmq.curve_keypair()
        fd = os.open(folder / "server.secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as out:
            out.write(secret + b"\n")
        (folder / "server.key").write_bytes(public + b"\n")
    except FileExistsError:
        return _read_key(folder / "server.key").decode()
    except OSError as error:
        raise ConfigError(explain(error)) from error
    return public.decode()


def secure(made: zmq.Socket[bytes], folder: pathlib.Path) -> None:
    """Let only CURVE speak to this socket, which is not bound yet."""
    secret = folder / "server.secret"
    made.curve_secretkey = _read_key(secret)
    if secret.stat().st_mode & 0o007:
        raise ConfigError(f"{secret}: every user of this host may read it: chmod 600, or make other keys")
    made.curve_server = True
    made.zap_domain = b"hume"


class AllowList:
    """Answers libzmq's questions about keys; lives in humed's loop, in the context of the sockets it decides for."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], folder: pathlib.Path) -> None:
        self.socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind(ZAP_ADDRESS)
        self._folder = folder / "allowed"
        self._seen: dict[str, tuple[int, int, int] | None] = {}
        self._names: dict[bytes, str] = {}

    def answer(self) -> None:
        """Answer what libzmq asks now, if anything; the folder is looked at once for all of it."""
        if self.socket.poll(0):
            self._look()
        while self.socket.poll(0):
            version, request, _, address, _, mechanism, *keys = self.socket.recv_multipart()
            name = self._names.get(keys[0]) if mechanism == b"CURVE" and len(keys) == 1 else None
            if name is None:
                log.warning("a sender at %s has no allowed key", address.decode("ascii", "replace"))
            told = (b"200", b"", name.encode()) if name else (b"400", b"this key is not allowed", b"")
            self.socket.send_multipart([version, request, *told, b""])

    def _look(self) -> None:
        try:
            with os.scandir(self._folder) as found:
                seen = {one.name: _stamp(one) for one in found if one.name.endswith(".key")}
        except OSError as error:
            # Whoever is asked about meanwhile is refused; the operator sees why.
            log.warning("no sender is let in: %s", explain(error))
            self._seen, self._names = {}, {}
            return
        if seen != self._seen:
            self._seen, self._names = seen, dict(self._read(seen))

    def _read(self, names: Iterable[str]) -> Iterator[tuple[bytes, str]]:
        for name in names:
            try:
                yield zmq.utils.z85.decode(_read_key(self._folder / name)), name.removesuffix(".key")
            except ConfigError as error:
                # One file that is wrong shuts out nobody but whose it is.
                log.warning("a sender is not let in: %s", error)


def _stamp(entry: os.DirEntry[str]) -> tuple[int, int, int] | None:
    try:
        told = entry.stat()
    except OSError:
        return None  # removed just now, or a link to nothing
    return told.st_ino, told.st_ctime_ns, told.st_size


def _read_key(path: pathlib.Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"{explain(error)} (humed --make-keys makes humed's own)") from error
    if not _KEY.fullmatch(key):
        raise ConfigError(f"{path}: a key has 40 characters, as ZeroMQ writes it (Z85)")
    return key
