# SPDX-License-Identifier: MIT
"""Values for programs that are not ours: JSON that no terminal obeys, cells of CSV that no spreadsheet computes. Pure."""

import json

from humeops.visible import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def to_json(value: object) -> str:
    """Return JSON in ASCII with nothing in it that a terminal would obey."""
    return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")


def to_cell(value: object, ascii_only: bool = False) -> str:
    """Return a value as a CSV cell: nothing hidden in it, nothing a spreadsheet would compute."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return to_json(value)
    quoted = f"'{value}" if value.startswith(_FORMULA) else value
    return visible(quoted, ascii_only)
