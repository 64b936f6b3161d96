# SPDX-License-Identifier: MIT
"""The forms of addresses in central's settings, checked without asking anybody.

What is wrong is said without the address itself: it may hold a password.
"""

import importlib.util
import ipaddress
import re
import urllib.parse
from typing import TypeAlias

from humeops.errors import ConfigError

REDIS_FORM = r"^((redis|rediss|unix)://\S+)?$"
METRICS_FORM = r"^((\[[0-9a-fA-F:]+\]|[^\s:\[\]]+):\d{1,5})?$"
MOST_PORT = 65_535
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def database_fault(address: str) -> str:
    """Return what is wrong with the address of a PostgreSQL database; nothing when its form is right."""
    parts = _split(address)
    # Several servers may be named, `host1:5432,host2:5432`.
    for place in parts.netloc.rpartition("@")[2].split(","):
        port = re.fullmatch(r"(?:\[[^\]]*\]|[^:]*)(?::(.*))?", place)
        if port is None or (port[1] is not None and not _is_port(port[1])):
            return "its port is none: postgresql://USER@HOST:PORT/NAME is expected"
    if not re.fullmatch(r"/[^/]+", parts.path):
        return "it names no database: postgresql://USER@HOST/NAME is expected"
    return ""


def redis_fault(address: str) -> str:
    """Return what is wrong with the address of a Redis; nothing when its form is right, or there is none."""
    expected = "redis://HOST:PORT/0, rediss://… or unix:///PATH is expected"
    if not re.fullmatch(REDIS_FORM, address):
        return expected
    if not address:
        return ""
    parts = _split(address)
    if parts.scheme != "unix" and not _names_server(parts):
        return f"it names no server: {expected}"
    if parts.scheme == "unix":
        return "" if parts.path.startswith("/") else f"a socket has a path that begins with `/`: {expected}"
    return "" if re.fullmatch(r"/?\d*", parts.path) else f"its database is no number: {expected}"


def metrics_place(named: str) -> tuple[str, int]:
    """Return host and port; raise ConfigError where others than this machine could read without a token."""
    if not re.fullmatch(METRICS_FORM, named) or not named:
        raise ConfigError(f"`metrics.listen`: {named!a} is not HOST:PORT, such as 127.0.0.1:4873")
    host, _, port = named.rpartition(":")
    host = host.strip("[]")
    if int(port) > MOST_PORT:
        raise ConfigError(f"`metrics.listen`: {port} is no port: 0 to {MOST_PORT} is expected")
    if not is_loopback(host):
        raise ConfigError(f"`metrics.listen`: {host} is not a loopback address, and this port asks for no token")
    return host, int(port)


def require_packages(of_setting: str, module: str, extra: str = "large") -> None:
    """Raise ConfigError when what this setting needs is not installed."""
    if importlib.util.find_spec(module) is None:
        raise ConfigError(
            f"`{of_setting}` needs the Python package `{module}`, which is not installed: pip install 'humeops[{extra}]'"
        )


def network(named: str) -> Network:
    """Return the network, or the single address, of this name; raise ValueError with what is wrong."""
    try:
        return ipaddress.ip_network(named)
    except ValueError as error:
        raise ValueError(f"{named!a} is no address or network, such as 127.0.0.1 or 10.0.0.0/8: {error}") from None


def is_ip(host: str) -> bool:
    """Tell whether this is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches this address."""
    return ipaddress.ip_address(host).is_loopback if is_ip(host) else host == "localhost"


def _split(address: str) -> urllib.parse.SplitResult:
    try:
        return urllib.parse.urlsplit(address)
    except ValueError:  # brackets that do not match
        return urllib.parse.SplitResult("", "", "", "", "")


def _names_server(parts: urllib.parse.SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_PORT
