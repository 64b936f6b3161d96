# SPDX-License-Identifier: MIT
"""A filter of tasks as a decision about one task; it matches what the database's conditions match. Pure."""

import re
from collections.abc import Callable

from humeops.central.store.questions.tasks import Filter, Task

# Above every byte of UTF-8.
_BEYOND = b"\xff"


class Wanting:
    """One filter."""

    def __init__(self, wanted: Filter) -> None:
        self._wanted = wanted
        self.states = list(dict.fromkeys(wanted.states))
        self.tags = wanted.tags
        self.task_name = wanted.task if not _is_pattern(wanted.task) else ""
        self._fits_host, self._fits_task = _matcher(wanted.host), _matcher(wanted.task)
        self._fits_tags = [_matcher(tag) for tag in wanted.tags]

    def span(self, begin: tuple[str, str] | None) -> tuple[bytes, bytes]:
        """Return between which members of an index the answer lies, as ZRANGEBYLEX takes them; behind `begin`."""
        host = self._wanted.host
        known = re.split(r"[*?]", host, maxsplit=1)[0].encode()
        low = b"[" + (known if _is_pattern(host) or not host else known + b"\0")
        high = b"(" + known + _BEYOND if known else b"+"
        if host and not _is_pattern(host):
            high = b"(" + known + b"\x01"
        if begin is not None:
            low = max(low, b"(" + "\0".join(begin).encode(), key=lambda bound: bound[1:])
        return low, high

    def fits_name(self, host: str, task: str) -> bool:
        """Tell whether this may be one, by its name."""
        return self._fits_host(host) and self._fits_task(task)

    def fits_tag(self, tag: str) -> bool:
        """Tell whether tasks with this tag are wanted."""
        return any(fits(tag) for fits in self._fits_tags)

    def fits(self, task: Task) -> bool:
        """Tell whether this is one."""
        return (
            self.fits_name(task.host, task.task)
            and (not self.states or task.state in self.states)
            and (not self.tags or any(map(self.fits_tag, task.tags)))
        )


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _matcher(pattern: str) -> Callable[[str], bool]:
    if not pattern:
        return lambda _: True
    if not _is_pattern(pattern):
        return lambda text: text == pattern
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    matches = re.compile("".join(parts), re.DOTALL).fullmatch
    return lambda text: matches(text) is not None
