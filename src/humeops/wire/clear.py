# SPDX-License-Identifier: MIT
"""Whether what is sent to an address can be read on the way. Pure."""

import ipaddress
import urllib.parse

MEND = "beyond this machine the credential would travel in the clear: https://… is expected"
MEND_LOGIN = "beyond this machine your token would travel in the clear: https://… is expected"


def is_in_the_clear(url: str) -> bool:
    """Tell whether this is plain HTTP to another machine, as far as the address tells. A name is another machine's, but localhost."""
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.scheme == "https":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
