# SPDX-License-Identifier: MIT
"""Ask this host's humed a question over its socket (docs/protocol.md, section 3), without the ZeroMQ library.

One deadline covers connect, handshake and answer, so a humed that hangs costs what was agreed and no more. The server's
READY is waited for before the question goes out: libzmq drops a question that comes too early, silently.
"""

import pathlib
import socket
import struct
import time

import msgspec

from humeops.errors import Exit, HumeError, MalformedEventError, UnavailableError
from humeops.wire.reply import unpack_reply

DEADLINE_SECONDS = 1.0
MAX_SOCKET_PATH = 107  # the kernel's sun_path, less its final NUL
_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\x00" + bytes(31)
_READY = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 3) + b"REQ"
_MORE, _LONG, _COMMAND = 1, 2, 4
_MOST_BYTES = 1_048_576


def ask(path: pathlib.Path, question: str, deadline_seconds: float = DEADLINE_SECONDS) -> dict[str, object]:
    """Return the JSON object humed answers with; UnavailableError when there is no answer in time."""
    try:
        frame = _exchange(str(path), question.encode(), time.monotonic() + deadline_seconds)
        reply = unpack_reply(frame)
    except (OSError, EOFError, MalformedEventError) as error:
        raise UnavailableError(f"humed does not answer at {path} ({_cause(error)})") from error
    if reply.code != Exit.OK:
        raise HumeError(f"humed does not know the question {question}: {reply.text}")
    try:
        return msgspec.json.decode(reply.text, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise HumeError(f"humed answers {question} in a way this hume does not know: {error}") from error


def _exchange(path: str, question: bytes, until: float) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        # Not blocking: with a full backlog a blocking connect waits for ever, and a timeout does not bound it.
        peer.setblocking(False)
        peer.connect(path)
        _send(peer, _GREETING, until)
        greeting = _receive(peer, 64, until)
        if greeting[:1] != b"\xff" or greeting[9:10] != b"\x7f" or greeting[12:16] != b"NULL":
            raise ConnectionError("not a ZeroMQ socket")
        _send(peer, bytes([_COMMAND, len(_READY)]) + _READY, until)
        while not _is_ready(_receive_frame(peer, until)):
            pass
        _send(peer, bytes([_MORE, 0]) + bytes([0, len(question)]) + question, until)
        while True:
            flags, body = _receive_frame(peer, until)
            # The empty frame comes first; commands such as a heartbeat are not answers.
            if not flags & (_COMMAND | _MORE):
                return body


def _is_ready(frame: tuple[int, bytes]) -> bool:
    flags, body = frame
    if flags & _COMMAND and body.startswith(b"\x05ERROR"):
        raise ConnectionError("humed refuses the connection")
    return bool(flags & _COMMAND) and body.startswith(b"\x05READY")


def _receive_frame(peer: socket.socket, until: float) -> tuple[int, bytes]:
    flags = _receive(peer, 1, until)[0]
    length = int.from_bytes(_receive(peer, 8 if flags & _LONG else 1, until), "big")
    if length > _MOST_BYTES:
        raise ConnectionError("an answer of absurd length")
    return flags, _receive(peer, length, until)


def _send(peer: socket.socket, data: bytes, until: float) -> None:
    peer.settimeout(_left(until))
    peer.sendall(data)


def _receive(peer: socket.socket, count: int, until: float) -> bytes:
    data = b""
    while len(data) < count:
        peer.settimeout(_left(until))
        part = peer.recv(count - len(data))
        if not part:
            raise EOFError("it closed the connection")
        data += part
    return data


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _cause(error: Exception) -> str:
    if isinstance(error, BlockingIOError):
        return "it hangs: too many are waiting"
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
