# SPDX-License-Identifier: MIT
"""What several files of integration tests begin with."""

import pytest

from tests.fixtures import signers
from tests.fixtures.office import Office


@pytest.fixture
def office(monkeypatch, tmp_path):
    """Whoever holds the keys of an organisation, and a host that believes them."""
    signers.require()
    # What is said to humed is tried with a real one elsewhere.
    monkeypatch.setenv("HUME_DISABLE", "1")
    return Office(tmp_path)
