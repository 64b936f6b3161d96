# SPDX-License-Identifier: MIT
"""What every test may use; each concern is a file of its own under fixtures/."""

import os
import pathlib
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from tests.fixtures import processes

# A busy machine draws slowly, and that is no fault of what is tested: no test fails on a stopwatch.
hypothesis.settings.register_profile("hume", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("hume")

# What is started inherits what is ignored here, and a script can't undo that: a suite run by nohup or in the background of a
# shell without job control would try programs that no Ctrl-C reaches.
for _ended_by in (signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
    if signal.getsignal(_ended_by) is signal.SIG_IGN:
        signal.signal(_ended_by, signal.default_int_handler if _ended_by is signal.SIGINT else signal.SIG_DFL)

# Where many processes take turns on few cores, a test that fails is tried once more; the summary names it, since the fault is
# then the test's and is to be mended. Whatever shows that nothing is lost, and whatever decides, has one try.
SECOND_TRY = ("browser", "contract", "integration", "native")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of those folders be tried twice."""
    here = pathlib.Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.relative_to(here).parts[0] in SECOND_TRY:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def _mask_as_before() -> Iterator[None]:
    """What runs in this process may set its mask, as central does; what later tests build is for all users."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def installed() -> Iterator[processes.Installation]:
    """A hume folder of its own; whatever is started in it ends with the test."""
    with processes.installation() as made:
        yield made
