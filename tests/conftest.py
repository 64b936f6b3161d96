# SPDX-License-Identifier: MIT
"""What every test may use; each concern is a file of its own under fixtures/."""

from collections.abc import Iterator

import hypothesis
import pytest

from tests.fixtures import processes

# A busy machine draws slowly, and that is no fault of what is tested: no test fails on a stopwatch.
hypothesis.settings.register_profile("hume", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("hume")


@pytest.fixture
def installed() -> Iterator[processes.Installation]:
    """A hume folder of its own; whatever is started in it ends with the test."""
    with processes.installation() as made:
        yield made
