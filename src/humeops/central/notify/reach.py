# SPDX-License-Identifier: MIT
"""Connections to the outside, and never to the inside: a channel's address must not make central ask what only it can reach.

The name is resolved once, every address it leads to is looked at, and the connection is made to an address that passed: what a name
server answers a moment later changes nothing. What is meant to be inside is listed in `notify.internal`.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence

from humeops.central.notify.failure import RefusedError, UnreachableError
from humeops.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Older Pythons count these among the internet.
_NOT_GLOBAL_4 = tuple(ipaddress.IPv4Network(net) for net in ("192.0.0.0/24", "192.88.99.0/24"))
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
# Ways to write an IPv4 address that some router unpacks again.
_TUNNELS = tuple(ipaddress.IPv6Network(net) for net in ("2001::/32", "2002::/16"))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# fd00:ec2::254 is where a cloud tells its machines their secrets; 100.100.100.200 too.
_METADATA = tuple(
    ipaddress.ip_network(net)
    for net in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32", "192.0.0.192/32")
)


def networks(texts: Sequence[str], setting: str = "notify.internal") -> tuple[Network, ...]:
    """Return these as networks; raise ConfigError for what is none."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise ConfigError(
                f"`{setting}`: {text!a} is neither an address nor a network; write one such as 10.1.0.0/16 or 10.1.2.3"
            ) from None
    return tuple(found)


def is_public(address: Address) -> bool:
    """Tell whether this address belongs to somebody on the internet and can't lead back inside."""
    address = _plain(address)
    if isinstance(address, ipaddress.IPv4Address):
        plain = address.is_global and not address.is_multicast and not address.is_reserved
        return plain and not any(address in network for network in _NOT_GLOBAL_4)
    return address in _GLOBAL_6 and address.is_global and not any(address in tunnel for tunnel in _TUNNELS)


def is_metadata(address: Address) -> bool:
    """Tell whether a machine is told its own secrets there; no mail server stands at such an address."""
    address = _plain(address)
    return any(address in network for network in _METADATA if network.version == address.version)


def is_listed(address: Address, internal: Sequence[Network]) -> bool:
    """Tell whether this address was named as one that may be reached although it is inside."""
    address = _plain(address)
    return any(address in network for network in internal if network.version == address.version)


def peer(connection: socket.socket) -> Address:
    """Return the address at the other end."""
    return ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0])


def address_in(place: str) -> Address | None:
    """Return the address that a place such as `10.0.0.1:80` or `[::1]` is written with, without its zone; None for a name."""
    host = place[1:].partition("]")[0] if place.startswith("[") else place.partition(":")[0]
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def resolve(host: str, port: int) -> list[Address]:
    """Return where this name leads, in the order to be tried; raise UnreachableError when it leads nowhere."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is no name"
        raise UnreachableError(f"{host} is not found: {what}") from error
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def connect(host: str, port: int, internal: Sequence[Network], seconds: float) -> socket.socket:
    """Return a connection to this host by an address that is public or listed; its name is not asked for again.

    Raise RefusedError when one of its addresses is inside, UnreachableError when nobody answers.
    """
    return dial(host, allowed(host, port, internal), port, seconds)


def allowed(host: str, port: int, internal: Sequence[Network]) -> list[Address]:
    """Return where this name leads; raise RefusedError when one of its addresses is inside, UnreachableError when it leads nowhere."""
    addresses = resolve(host, port)
    for address in addresses:
        if not is_public(address) and not is_listed(address, internal):
            raise RefusedError(inside(host, address))
    return addresses


def dial(host: str, addresses: Sequence[Address], port: int, seconds: float) -> socket.socket:
    """Return a connection to the first of these addresses that answers."""
    failed: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((str(address), port), seconds)
        except OSError as error:
            failed = error
    what = "it did not answer in time" if isinstance(failed, TimeoutError) else str(failed and failed.strerror)
    raise UnreachableError(f"{host}, port {port}: {what.lower()}")


def inside(host: str, address: Address) -> str:
    """Return what a person reads whose channel leads into the internal network."""
    leads = f"{host} leads to {address}, which is" if host != str(address) else f"{host} is"
    return f"{leads} not on the internet; if that is meant, list it in `notify.internal` of central.toml"


@contextlib.contextmanager
def limited(connection: socket.socket, seconds: float) -> Iterator[None]:
    """End this connection, and raise TimeoutError, when the block is not done in time, however the other side dribbles."""
    # A second descriptor of the same connection: the first may be wrapped in TLS and closed meanwhile.
    with connection.dup() as handle:
        over = threading.Event()
        timer = threading.Timer(seconds, _shut, [handle, over])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
        if over.is_set():
            # An end that we made must not be read as the end of an answer.
            raise TimeoutError


def _shut(handle: socket.socket, over: threading.Event) -> None:
    over.set()
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _plain(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
