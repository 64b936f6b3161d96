# SPDX-License-Identifier: MIT
"""Connections to a syslog: to a unix socket, over UDP, TCP or TLS.

Over TLS the receiver's certificate has to be vouched for, and to be its name's; there is no way to do without. The files of keys
and certificates are read for each connection, so that renewed ones count without a restart.
"""

import socket
import ssl

from humeops.daemon.outputs.settings import Place, SyslogOutput
from humeops.errors import UnavailableError


def connect(place: Place, settings: SyslogOutput) -> socket.socket:
    """Return a connection; raise OSError or UnavailableError when there is none to be had."""
    patience = settings.timeout_seconds
    if place.kind == "unix":
        return _datagrams(socket.AF_UNIX, place.path, patience)
    if place.kind == "udp":
        family, _, _, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)[0]
        return _datagrams(family, address, patience)
    context = _context(settings) if place.kind == "tls" else None
    made = socket.create_connection((place.host, place.port), patience)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return made if context is None else _secured(made, context, place.host)


def _datagrams(family: int, address: object, patience: float) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.settimeout(patience)
        made.connect(address)  # type: ignore[arg-type]
    except BaseException:
        made.close()
        raise
    return made


def _secured(plain: socket.socket, context: ssl.SSLContext, host: str) -> socket.socket:
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise UnavailableError(f"its certificate is not good: {error.verify_message}") from None
    except ssl.SSLError as error:
        plain.close()
        raise UnavailableError(f"no TLS with it: {error.reason or error}") from None
    except BaseException:
        plain.close()
        raise


def _context(settings: SyslogOutput) -> ssl.SSLContext:
    # RFC 9662 asks for TLS 1.2 at least.
    read = settings.ca_file
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.cert_file:
            read = settings.cert_file
            # A key that asks for a passphrase has nobody to ask.
            context.load_cert_chain(settings.cert_file, settings.key_file or None, password="")
    except ssl.SSLError as error:
        raise UnavailableError(
            f"{read}: no certificates, or no key, that TLS can use: {error.reason or error}"
        ) from None
    except OSError as error:
        raise UnavailableError(f"{read}: {error.strerror}") from None
    return context
