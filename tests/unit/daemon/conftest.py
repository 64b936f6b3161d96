# SPDX-License-Identifier: MIT
"""What the tests of humed's parts share: a spool with its keeper, closed after the test."""

import contextlib

import pytest

from tests.unit.daemon.keeping import Kept


@pytest.fixture
def make(tmp_path):
    with contextlib.ExitStack() as stack:

        def make(**limits):
            made = Kept(tmp_path, **limits)
            stack.callback(made.spool.close)
            return made

        yield make
