# SPDX-License-Identifier: MIT
"""A central to ask, and the command line run in this process."""

import dataclasses
import logging
import os

import pytest

from humeops.cli import main
from humeops.clock import SystemClock
from tests.unit.cli import central


@dataclasses.dataclass
class Said:
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def quiet_log():
    """What ran in this process before, here or elsewhere, may have set up its log; the standard error of then is closed."""
    root, level = logging.getLogger(), logging.getLogger().level
    _without_streams(root)
    yield
    _without_streams(root)
    root.setLevel(level)


def _without_streams(root):
    # Of this very type: those by which pytest listens are others.
    root.handlers[:] = [one for one in root.handlers if type(one) is not logging.StreamHandler]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith(("HUME_", "LC_", "NO_COLOR", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HUME_DIR", str(tmp_path / "hume"))


@pytest.fixture
def fake():
    with central.serving() as serving:
        yield serving


@pytest.fixture
def filled(fake):
    central.fill(fake, SystemClock().wall_ns())
    return fake


@pytest.fixture
def hume(capsys, monkeypatch):
    """Run `hume ARGUMENTS` and return status, output and error output."""

    def run(*arguments, ask=None):
        if ask is not None:
            monkeypatch.setenv("HUME_CENTRAL", ask.url)
            monkeypatch.setenv("HUME_TOKEN", central.TOKEN)
        status = main.run(list(arguments))
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run
