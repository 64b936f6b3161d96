# SPDX-License-Identifier: MIT
"""How users and tokens may be named: what needs no quoting in a shell, an address or a filter."""

import re
from typing import Annotated

import msgspec

MOST = 100
_FORM = r"^[A-Za-z0-9][A-Za-z0-9._@-]*$"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST, pattern=_FORM)]


def is_name(text: str) -> bool:
    """Tell whether a user or a token may be called so."""
    return len(text) <= MOST and re.fullmatch(_FORM, text) is not None
