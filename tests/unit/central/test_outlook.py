# SPDX-License-Identifier: MIT
import pytest

from humeops.central import fold, outlook
from tests.fixtures.events import NOON, SECOND, a_run, say


def expected(*middle, usual=None, ends=None):
    events = a_run(*middle, ends=ends)
    found = outlook.of_run(fold.summarise(events[0].id, events), usual)
    return found and ((found.ends_at - NOON) / SECOND, found.by)


def test_the_share_that_is_done_tells_when_the_rest_will_be():
    assert expected(say("progress", 30, progress=(3.0, 12.0)), usual=SECOND) == (120, "progress")


def test_without_progress_the_usual_length_tells():
    assert expected(usual=90 * SECOND) == (90, "usual")
    assert expected(say("progress", 30, progress=(0.0, 12.0)), usual=90 * SECOND) == (90, "usual")


def test_without_either_nothing_is_foretold():
    assert expected() is None


@pytest.mark.parametrize("total", [5e-324, 1e308])
def test_odd_numbers_do_no_harm(total):
    assert expected(say("progress", 30, progress=(total, total))) == (30, "progress")


def test_a_run_that_has_ended_has_no_outlook():
    assert expected(say("progress", 30, progress=(3.0, 12.0)), usual=SECOND, ends=60) is None
