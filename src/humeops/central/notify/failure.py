# SPDX-License-Identifier: MIT
"""The two ways in which a message is not delivered; whoever sends decides by them whether to try again.

Their text is one line that an operator can act on, and holds no secret: neither a password nor the address of a webhook,
which often is one.
"""

import contextlib
import ssl
from collections.abc import Iterator

from humeops.errors import ConfigError, Exit, HumeError, UnavailableError
from humeops.visible import visible

_MOST = 300


class RefusedError(HumeError):
    """It will never be delivered as it is: the settings are wrong, or the other side said no for good."""

    exit_code = Exit.REFUSED


class UnreachableError(UnavailableError):
    """It was not accepted now, or nobody knows whether it was: try again later, with the same key."""

    def __init__(self, text: str, wait_seconds: int | None = None) -> None:
        """Say what failed, and for how long the other side asked to be left alone, if it did."""
        super().__init__(text)
        self.wait_seconds = wait_seconds


@contextlib.contextmanager
def reaching(host: str) -> Iterator[None]:
    """Make one line of what may keep a connection to this host from being made, or an answer from coming."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        # It may be mended at the other side, and nothing here: so it is tried again.
        what = f"the certificate of {host} is not accepted: {quoted(error.verify_message)}"
        raise UnreachableError(f"{what}; `ca_file` names who vouches for it") from error
    except TimeoutError as error:
        raise UnreachableError(f"{host}: no answer in time") from error


def quoted(text: str, most: int = _MOST) -> str:
    """Return what another side said, fit for one line of ours."""
    words = visible(" ".join(text.split()))
    return words if len(words) <= most else words[: most - 1] + "…"


__all__ = ["ConfigError", "RefusedError", "UnreachableError", "quoted", "reaching"]
