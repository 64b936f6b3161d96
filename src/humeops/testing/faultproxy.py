# SPDX-License-Identifier: MIT
"""A TCP proxy that breaks on purpose what goes through it: between humed and central, in tests and in trials.

It listens on loopback, on a free port, and passes bytes to one upstream address. The fault may change at any time and
holds for what comes after; connections that stand keep what they already did. It knows nothing of HTTP: a reply is
whatever the upstream sends after bytes of the caller, which is true of one request at a time on a connection.

*Design.* An asyncio loop in a thread of its own; `FaultProxy` is a context manager, and when it is left every
connection is cut and the thread has ended.
"""

import asyncio
import contextlib
import dataclasses
import socket
import struct
import threading
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close sends RST


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong; the default passes everything on unharmed."""

    delay_seconds: float = 0.0  # before each piece, both ways
    bytes_per_second: int | None = None  # caller to upstream
    cut_after_bytes: int | None = None  # close both sides once so many bytes of the caller went through
    black_hole: bool = False  # take the connection and the bytes, pass nothing on, answer nothing
    reset: bool = False  # refuse with RST
    drop_reply: bool = False  # let the request through, cut the caller off instead of the reply
    duplicate: bool = False  # after each reply, send the same request bytes once more on a connection of their own


PASS = Fault()


class FaultProxy:
    """Stands between a caller and `upstream`; set `fault` to break things."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.upstream = upstream
        self.fault = PASS
        self.connections = 0
        self.replies_dropped = 0
        self.duplicates_sent = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        """Start listening."""
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut everything and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def url(self) -> str:
        """Where callers connect, as a URL."""
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if self.fault.reset:
                peer: socket.socket = writer.get_extra_info("socket")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            elif self.fault.black_hole:
                while await reader.read(CHUNK_BYTES):
                    pass
            else:
                await self._Connection(self, reader, writer).carry()
        writer.close()

    class _Connection:
        """One caller and its connection to the upstream."""

        def __init__(self, proxy: "FaultProxy", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.proxy = proxy
            self.reader = reader
            self.writer = writer
            self.request = b""  # what the caller sent since the last reply
            self.carried = 0

        async def carry(self) -> None:
            """Carry bytes both ways until one side ends."""
            up_reader, up_writer = await asyncio.open_connection(*self.proxy.upstream)
            there = asyncio.ensure_future(self._to_upstream(up_writer))
            back = asyncio.ensure_future(self._to_caller(up_reader))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (there, back):
                    task.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
                up_writer.close()

        async def _to_upstream(self, out: asyncio.StreamWriter) -> None:
            while piece := await self.reader.read(CHUNK_BYTES):
                fault = self.proxy.fault
                await asyncio.sleep(fault.delay_seconds)
                if fault.bytes_per_second:
                    await asyncio.sleep(len(piece) / fault.bytes_per_second)
                if fault.cut_after_bytes is not None:
                    piece = piece[: max(0, fault.cut_after_bytes - self.carried)]  # the rest is cut off
                self.carried += len(piece)
                self.request += piece
                out.write(piece)
                await out.drain()
                if fault.cut_after_bytes is not None and self.carried >= fault.cut_after_bytes:
                    return

        async def _to_caller(self, reader: asyncio.StreamReader) -> None:
            while piece := await reader.read(CHUNK_BYTES):
                fault = self.proxy.fault
                if fault.drop_reply:
                    self.proxy.replies_dropped += 1
                    return
                await asyncio.sleep(fault.delay_seconds)
                request, self.request = self.request, b""
                self.writer.write(piece)
                await self.writer.drain()
                if fault.duplicate and request:
                    await self._say_again(request)

        async def _say_again(self, request: bytes) -> None:
            reader, writer = await asyncio.open_connection(*self.proxy.upstream)
            writer.write(request)
            await writer.drain()
            await reader.read(CHUNK_BYTES)
            self.proxy.duplicates_sent += 1
            writer.close()
