# SPDX-License-Identifier: MIT
"""What the tests of humed's parts share: a spool with its keeper, a host with its runs, a drop folder, closed after the test."""

import contextlib

import pytest

from tests.unit.daemon.dropping import Folder
from tests.unit.daemon.hosts import Host
from tests.unit.daemon.keeping import Kept


@pytest.fixture
def make(tmp_path):
    with contextlib.ExitStack() as stack:

        def make(**limits):
            made = Kept(tmp_path, **limits)
            stack.callback(made.spool.close)
            return made

        yield make


@pytest.fixture
def host(tmp_path):
    made = Host(tmp_path)
    yield made
    made.spool.close()


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "drop")
    yield made
    made.reader.close()
