# SPDX-License-Identifier: MIT
"""Messages to a syslog: datagrams on a unix socket or over UDP, or octet-counted over TCP (RFC 6587, section 3.4.1) or TLS (RFC 5425).

No syslog answers, so what arrived is never certain. On a unix socket the kernel has handed it over when sending returns. Over TCP
a batch counts as sent when the receiver's kernel has confirmed all its bytes; what is said twice after a broken connection is
marked by its id. UDP may lose what it likes.
"""

import contextlib
import fcntl
import socket
import ssl
import struct
import termios
import time
from collections.abc import Sequence

from humeops.daemon.outputs import lines, syslogform
from humeops.daemon.outputs.feed import Told
from humeops.daemon.outputs.settings import Place, SyslogOutput
from humeops.errors import UnavailableError

_LOOK_SECONDS = 0.005


class Syslog:
    """One receiver; used by its feeding thread alone."""

    def __init__(self, settings: SyslogOutput, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._socket: socket.socket | None = None

    def write(self, told: Sequence[Told]) -> None:
        """Send these; raise OSError or UnavailableError when the receiver is not there or does not read."""
        messages = [self._form(one) for one in told]
        try:
            self._socket = self._usable() or lines.connect(self._place, self._settings)
            if self._is_stream:
                self._send_counted(self._socket, messages)
            else:
                for message in messages:
                    self._socket.send(message)
        except TimeoutError:
            self.close()
            raise UnavailableError(f"{self._settings.to} does not read") from None
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None

    def _form(self, one: Told) -> bytes:
        chosen = self._settings
        return syslogform.form(one.event, chosen.facility, chosen.structured_id, chosen.max_bytes)

    def _usable(self) -> socket.socket | None:
        # A receiver that closed is found out before something is sent into the void; a syslog says nothing by itself.
        if self._socket is not None and self._is_stream and not _is_open(self._socket):
            self.close()
        return self._socket

    @property
    def _is_stream(self) -> bool:
        return self._place.kind in ("tcp", "tls")

    def _send_counted(self, connection: socket.socket, messages: list[bytes]) -> None:
        connection.sendall(b"".join(b"%d %b" % (len(message), message) for message in messages))
        end = time.monotonic() + self._settings.timeout_seconds
        while _unconfirmed(connection):
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(_LOOK_SECONDS)
        # Reset meanwhile: nothing is left to be confirmed, and nothing was.
        if error := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, "the connection broke")


def _is_open(connection: socket.socket) -> bool:
    patience = connection.gettimeout()
    connection.settimeout(0)
    try:
        connection.recv(4096)
    except (BlockingIOError, ssl.SSLWantReadError):
        connection.settimeout(patience)
        return True
    except OSError:
        pass
    return False


def _unconfirmed(connection: socket.socket) -> int:
    """Return how many bytes the other kernel has not confirmed yet (tcp(7), SIOCOUTQ)."""
    return int(struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0])
