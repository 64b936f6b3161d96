# SPDX-License-Identifier: MIT
"""What every test may use; each concern is a file of its own under fixtures/."""

from collections.abc import Iterator

import pytest

from tests.fixtures import processes


@pytest.fixture
def installed() -> Iterator[processes.Installation]:
    """A hume folder of its own; whatever is started in it ends with the test."""
    with processes.installation() as made:
        yield made
