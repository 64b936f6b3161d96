# SPDX-License-Identifier: MIT
"""Processors of one's own: what they may change, and that one that fails is skipped, counted and named while events go on."""

import pathlib
import runpy
import sys
import time
import types

import pluggy
import pytest

from humeops.clock import NS_PER_SECOND, FakeClock, SystemClock
from humeops.daemon import crowding, processing
from humeops.daemon.processing import Processors
from humeops.errors import ConfigError
from humeops.testing import processors as kit
from tests.unit.daemon.rules.ruling import event

ROOT = pathlib.Path(__file__).resolve().parents[3]
marker = pluggy.HookimplMarker("humeops")


def made(function, clock=None):
    """Return processors with this one, and what they report."""
    reports: list[str] = []
    plugin = types.SimpleNamespace(process=marker(function))
    return Processors([("mine", plugin)], clock or SystemClock(), lambda _subject, text: reports.append(text)), reports


def test_it_may_change_level_message_tags_and_data_and_nothing_else():
    def process(event):
        event.level, event.message, event.tags, event.data = "ok", "m", ["t"], {"k": 1}
        event.host = event.task = "other"
        return event

    said = event(task="backup")
    task, host = said.task, said.host

    assert made(process)[0].process(said) == ""
    assert (said.level, said.message, said.tags, said.data) == ("ok", "m", ["t"], {"k": 1})
    assert (said.task, said.host) == (task, host)


def test_none_drops_the_event_under_its_name():
    found, _ = made(lambda event: None)

    assert found.process(event()) == "processor mine"
    assert found.counts["mine"].dropped == 1


def fail(event):
    event.message = "half done"
    raise ValueError("broken")


def dawdle(event):
    time.sleep(5)
    return event


def spoil(event):
    event.tags = ["a:b"]
    return event


def muddle(event):
    event.data = {"a": object()}
    return event


def leave(event):
    sys.exit("no licence")


def interrupt(event):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("process", "told"),
    [
        (leave, "SystemExit: no licence"),
        (interrupt, "KeyboardInterrupt"),
        (fail, "ValueError: broken"),
        (dawdle, "more than 50 ms"),
        (spoil, "Malformed"),
        (muddle, "no event"),
        (lambda event: 7, "returned int"),
        (lambda: None, "TypeError"),
    ],
)
def test_one_that_fails_is_named_and_skipped_and_the_event_goes_on_as_it_was(process, told):
    found, reports = made(process)
    said = event(message="as it was")

    assert [found.process(said), found.process(said)] == ["", ""]
    assert said.message == "as it was"
    assert (found.counts["mine"].failed, found.counts["mine"].skipped) == (1, 1)
    assert len(reports) == 1
    assert "processor mine" in reports[0]
    assert told in reports[0]


def test_after_a_minute_it_is_tried_again():
    clock = FakeClock()
    found, _ = made(fail, clock)
    found.process(event())

    clock.advance(61)
    found.process(event())

    assert found.counts["mine"].failed == 2


class Crowd:
    """A machine on which a call takes so long, and waits for a processor for so much of it."""

    def __init__(self, took, waited):
        self.clock = FakeClock()
        self.waited_ns = 0
        self._took, self._waited = took, waited

    def process(self, event):
        self.clock.advance(self._took)
        self.waited_ns += int(self._waited * NS_PER_SECOND)
        return event


@pytest.mark.parametrize(
    ("took", "waited", "is_slow"),
    [(0.04, 0, False), (0.06, 0, True), (0.9, 0.88, False), (0.9, 0.8, True), (1.1, 1.09, True)],
)
def test_what_it_waits_for_a_processor_is_not_its_own_up_to_a_second(took, waited, is_slow):
    crowd, reports = Crowd(took, waited), []
    plugin = types.SimpleNamespace(process=marker(lambda event: crowd.process(event)))
    found = Processors([("mine", plugin)], crowd.clock, lambda _, text: reports.append(text), lambda: crowd.waited_ns)

    found.process(event())

    assert bool(reports) is is_slow


def test_the_alarm_gives_back_what_was_waited_for_and_rings_again():
    waits = iter([0, NS_PER_SECOND // 2, 0])
    plugin, reports = types.SimpleNamespace(process=marker(dawdle)), []
    found = Processors([("mine", plugin)], SystemClock(), lambda _, text: reports.append(text), lambda: next(waits, 0))

    found.process(event())

    assert len(reports) == 1


def test_the_kernel_tells_how_long_a_thread_has_waited():
    before = crowding.waited_ns()

    assert 0 <= before <= crowding.waited_ns()


def test_one_that_is_not_installed_is_an_error_of_the_configuration():
    with pytest.raises(ConfigError, match="no installed package"):
        processing.find(("nowhere",))


def test_one_that_ends_the_process_that_loads_it_is_an_error_of_the_configuration(tmp_path, monkeypatch):
    (tmp_path / "quitter.py").write_text("raise SystemExit(3)\n")
    (installed := tmp_path / "quitter-1.dist-info").mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: quitter\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[humeops.processors]\nquitter = quitter\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ConfigError, match="quitter cannot be loaded: SystemExit: 3"):
        processing.find(("quitter",))


def test_the_example_passes_the_test_kit():
    example = types.SimpleNamespace(**runpy.run_path(str(ROOT / "examples/processor/night_shift.py")))

    assert kit.try_on(example) == []


def test_the_test_kit_finds_what_fails():
    # On a machine that is busy it may be too slow at some events beside.
    assert any("ValueError" in told for told in kit.try_on(types.SimpleNamespace(process=marker(fail))))
