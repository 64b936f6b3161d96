# SPDX-License-Identifier: MIT
"""Which programs would run: every `hume` on PATH, and humed; what they are and of which version."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

from humeops.cli.doctor.facts import Program, Programs
from humeops.cli.places import Places
from humeops.errors import Exit

PATIENCE_SECONDS = 5.0
_VERSION = re.compile(r"^humed?\S* (\d\S*)")
_HEAD_BYTES = 2_000  # enough for the few lines of an entry point


def look(environ: Mapping[str, str]) -> Programs:
    """Find the programs and ask each for its version."""
    humes = tuple(_describe(path) for path in _on_path("hume", environ.get("PATH", "")))
    humed = shutil.which("humed", path=environ.get("PATH")) or _beside_us("humed")
    disabled = environ.get("HUME_DISABLE", "")
    return Programs(humes, _describe(humed) if humed else None, _beside_us("hume") or "", disabled)


def check_config(humed: Program | None, where: Places) -> str:
    """Let humed itself judge its settings; return what it says, or nothing when they are right."""
    if humed is None or where.config is None or not os.access(where.config, os.R_OK):
        return ""
    named = ["--config", str(where.config)] if where.is_system else []
    status, said = _run([humed.path, "--check-config", "--dir", str(where.root), *named])
    return said.removeprefix("humed: ") if status == Exit.CONFIG else ""


def _on_path(name: str, path: str) -> Iterator[str]:
    seen = set()
    for folder in path.split(os.pathsep):
        found = shutil.which(name, path=folder) if folder else None
        if found and os.path.realpath(found) not in seen:
            seen.add(os.path.realpath(found))
            yield found


def _beside_us(name: str) -> str | None:
    # hume-cli may be called by its path, with no PATH that knows it, as from cron.
    return shutil.which(name, path=str(pathlib.Path(sys.executable).parent))


def _describe(path: str) -> Program:
    head = _head(path)
    if head.startswith(b"#!") and b"humeops" not in head:
        # Not run: what a stranger's program does with --version is not known.
        return Program(path, "older" if b"python" in head and b"hume" in head[2:] else "other")
    _, said = _run([path, "--version"])
    version = _VERSION.match(said)
    kind = "native" if head.startswith(b"\x7fELF") else "cli"
    return Program(path, kind, version[1]) if version else Program(path, "other")


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""


def _run(command: list[str]) -> tuple[int, str]:
    """Return status and the first line that was said; -1 when it cannot be run or takes too long."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return -1, ""
    said = (done.stdout or done.stderr).decode("utf-8", "replace")
    return done.returncode, said.partition("\n")[0].strip()
