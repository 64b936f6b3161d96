# SPDX-License-Identifier: MIT
"""Events on their way out: what retention deletes is written to a folder before, as JSON lines, compressed with Zstandard.

One file for what one transaction deletes, whole and on stable storage before that commits. Should the commit fail the file
stays, and the same events may come in another one, too: their ids tell.
"""

import datetime
import pathlib
from collections.abc import Sequence
from typing import Any

import msgspec
import zstandard

from humeops import wholefile
from humeops.central.store import rows
from humeops.event import LEVELS

_encode = msgspec.json.Encoder().encode


class Folder:
    """Where the files go; made when the first one comes."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path

    def write(self, found: Sequence[Any]) -> None:
        """Put these rows of the event table into a file; on return it is on stable storage."""
        if not found:
            return
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = b"".join(_encode(_event(row)) + b"\n" for row in found)
        first, last = (rows.id_of(row.id) for row in (found[0], found[-1]))
        day = datetime.datetime.fromtimestamp(int(found[0].id[:6].hex(), 16) // 1000 % 253_402_300_800, datetime.UTC)
        name = f"events-{day:%Y-%m-%d}-{first}-{last[-12:]}-{len(found)}.ndjson.zst"
        with wholefile.appearing(self._path / name) as draft:
            draft.write_bytes(zstandard.ZstdCompressor().compress(lines))


def _event(row: Any) -> dict[str, Any]:
    shown = {
        "id": rows.id_of(row.id),
        "kind": row.kind,
        "level": LEVELS[row.level],
        "time": row.time,
        "boot": row.boot,
        "mono": row.mono,
        "host": row.host,
        "task": row.task,
        "run": rows.id_of(row.run) if row.run else None,
        "link": rows.id_of(row.link) if row.link else None,
        "message": row.message,
        "tags": rows.read_tags(row.tags) if row.tags else [],
        "received_at": row.received_at,
    }
    rest = msgspec.to_builtins(rows.read_rest(row.rest)) if row.rest else {}
    return {**shown, **rest}
