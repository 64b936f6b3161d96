# SPDX-License-Identifier: MIT
"""What the place we print to can show: its width, colours, and whether it reads UTF-8.

Colours only on a terminal (NO_COLOR forbids, FORCE_COLOR insists); plain ASCII when the locale is not UTF-8. Everything
that is shown goes through `Terminal.text`, so nothing untrusted reaches a terminal raw.
"""

import dataclasses
import os
import shutil
import typing
from collections.abc import Mapping

from humeops import visible

UNCUT = 100_000  # columns of a pipe or a file: nothing is cut there
END_OF_LINE = "\x1b[K"  # clears what stands behind
_CODES = {
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bold": "1",
    "dim": "2",
}
_PLAIN = frozenset({"", "C", "POSIX"})


@dataclasses.dataclass(frozen=True)
class Terminal:
    """Where output goes, as far as the way of writing depends on it."""

    width: int = 80
    height: int = 24
    colour: bool = False
    unicode: bool = True
    live: bool = False  # a person looks at it now

    @property
    def ellipsis(self) -> str:
        """The mark of a cut text."""
        return "…" if self.unicode else ".."

    def text(self, untrusted: str) -> str:
        """Return a text of others so that it can be shown here."""
        return visible.visible(untrusted, ascii_only=not self.unicode)

    def cut(self, text: str, columns: int) -> str:
        """Return a visible text in at most so many columns."""
        return visible.cut(text, columns, self.ellipsis)

    def paint(self, text: str, style: str) -> str:
        """Return the text in this style (words of `_CODES`, separated by spaces); unchanged without colours."""
        if not (self.colour and style and text):
            return text
        return f"\x1b[{';'.join(_CODES[word] for word in style.split())}m{text}\x1b[0m"


def terminal_of(stream: typing.TextIO, environ: Mapping[str, str] = os.environ) -> Terminal:
    """Look at the stream and the environment."""
    live = stream.isatty()
    size = shutil.get_terminal_size((80, 24)) if live or environ.get("COLUMNS") else os.terminal_size((UNCUT, 24))
    encoding = (stream.encoding or "").lower().replace("-", "")
    return Terminal(
        width=max(size.columns, 40),
        height=size.lines,
        colour=wants_colour(live, environ),
        unicode=encoding == "utf8" and reads_utf8(environ),
        live=live,
    )


def wants_colour(live: bool, environ: Mapping[str, str]) -> bool:
    """Tell whether to colour; NO_COLOR wins over FORCE_COLOR, both count when not empty."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") != "0":
        return True
    return live and environ.get("TERM") != "dumb"


def reads_utf8(environ: Mapping[str, str]) -> bool:
    """Tell whether the locale's character set is UTF-8.

    Python's own encoding does not tell: in the C locale it turns itself to UTF-8 and even sets LC_CTYPE=C.UTF-8 (PEP 538),
    so that value means nothing beside a plain LANG.
    """
    everything, ctype, lang = (environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    coerced = ctype == "C.UTF-8" and lang in _PLAIN
    locale = everything or ("" if coerced else ctype) or lang
    return "utf8" in locale.lower().replace("-", "")
