# SPDX-License-Identifier: MIT
"""The two ways in which a message is not delivered; whoever sends decides by them whether to try again.

Their text is one line that an operator can act on, and holds no secret: neither a password nor the address of a webhook,
which often is one.
"""

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


def quoted(text: str, most: int = _MOST) -> str:
    """Return what another side said, fit for one line of ours."""
    words = visible(" ".join(text.split()))
    return words if len(words) <= most else words[: most - 1] + "…"


__all__ = ["ConfigError", "RefusedError", "UnreachableError", "quoted"]
