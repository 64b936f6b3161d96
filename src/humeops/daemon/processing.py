# SPDX-License-Identifier: MIT
"""Processors of one's own: Python of an installed package that sees each event before the rules do (docs/guide/rules.md).

A package names an object under the entry point `humeops.processors`; humed.toml names the ones that run. Such an object has a
function `process(event)`, marked with `pluggy.HookimplMarker("humeops")`, which returns the event, changed or not, or None to
drop it. It may change level, message, tags and data, nothing else; what it returns is held to every limit of an event.

*Design.* It runs in humed's loop, so an alarm ends it after 50 ms. Those are its own: what the kernel let it wait for a processor
because others were computing is not counted, up to a second; what it sleeps or waits for the network is, since the loop waits
with it. One that raises, is too slow, or returns no acceptable event is skipped for a while, counted and named; the event goes on
as it was. An alarm cannot end what never returns to Python: the watchdog of the service manager does, and nothing acknowledged is lost.
"""

import contextlib
import logging
import pathlib
import signal
import threading
import typing
from collections.abc import Callable, Iterator
from types import FrameType

import msgspec
import pluggy

from humeops import settings
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import crowding
from humeops.errors import ConfigError, MalformedEventError
from humeops.event import Event
from humeops.wire import codec

GROUP = "humeops.processors"
LONGEST_NS = 50_000_000
# On a machine so crowded that this is reached callers leave files anyway, and no processor is to hold them up for ever.
LONGEST_IN_ALL_NS = NS_PER_SECOND
SKIPPED_NS = 60 * NS_PER_SECOND
CHANGEABLE = ("level", "message", "tags", "data")

specification = pluggy.HookspecMarker("humeops")
log = logging.getLogger(__name__)


class ProcessorSpec:
    """What a processor is."""

    @specification
    def process(self, event: Event) -> Event | None:
        """Return the event as it is to go on, or None to drop it."""


class ProcessorCount(msgspec.Struct):
    """Counted since this humed started."""

    seen: int = 0
    dropped: int = 0
    failed: int = 0
    skipped: int = 0  # events that it did not see, since it had failed


class TooSlowError(BaseException):
    """The alarm; no Exception, so that a processor that catches those does not swallow it."""


def find(names: tuple[str, ...], file: pathlib.Path = pathlib.Path()) -> list[tuple[str, object]]:
    """Return the processors of these names, in this order; raise ConfigError for one that is not there or cannot be loaded.

    `file` is where they are named.
    """
    found: list[tuple[str, object]] = []
    for name in names:
        manager = pluggy.PluginManager("humeops")
        manager.add_hookspecs(ProcessorSpec)
        try:
            count = manager.load_setuptools_entrypoints(GROUP, name)
        except BaseException as error:  # somebody's code: one that says `sys.exit()` does not end humed without a word
            what = f"{name} cannot be loaded: {type(error).__name__}: {error}"
            raise settings.fault(file, "processors", what) from error
        if not count:
            raise settings.fault(
                file, "processors", f"no installed package has a processor {name!r} (entry point {GROUP})"
            )
        found.append((name, manager.get_plugin(name)))
    return found


class Processors:
    """Runs them one after the other; lives in humed's loop. `report` hears which one failed and how.

    `waited_ns`: how long this thread has waited for a processor in its life.
    """

    def __init__(
        self,
        found: list[tuple[str, object]],
        clock: Clock,
        report: Callable[[str, str], None],
        waited_ns: Callable[[], int] = crowding.waited_ns,
    ) -> None:
        self.counts = {name: ProcessorCount() for name, _ in found}
        self._found = [(name, _hook(name, plugin)) for name, plugin in found]
        self._clock = clock
        self._report = report
        self._skipped_until: dict[str, int] = {}
        self._waited_ns = waited_ns
        self._began_ns = self._waited_before_ns = 0
        self._is_timed = False
        # Only the main thread can be ended by an alarm; elsewhere (tests) a slow one is noticed when it returns.
        self._has_alarm = bool(found) and threading.current_thread() is threading.main_thread()
        if self._has_alarm:
            signal.signal(signal.SIGALRM, self._on_alarm)

    def process(self, event: Event) -> str:
        """Change the event as they say; return the cause under which one drops it, or nothing."""
        for name, hook in self._found:
            count = self.counts[name]
            if self._skipped_until.get(name, 0) > self._clock.boot_ns():
                count.skipped += 1
                continue
            count.seen += 1
            copy = codec.decode(codec.encode(event))
            try:
                result = self._run(hook, copy)
                if result is None:
                    count.dropped += 1
                    return f"processor {name}"
                adopt(event, result)
            except BaseException as error:  # noqa: BLE001 - somebody's code: `sys.exit()` is no reason to end humed either
                # No signal comes this way: humed catches those it knows (humeops.daemon.wakes). The event goes on.
                self._isolate(name, error)
        return ""

    def _run(self, hook: Callable[..., Event | None], copy: Event) -> Event | None:
        self._began_ns, self._waited_before_ns = self._clock.boot_ns(), self._waited_ns()
        with self._alarm() if self._has_alarm else contextlib.nullcontext():
            result = hook(event=copy)
        # Most take microseconds, and how long they waited need not be asked.
        if self._clock.boot_ns() - self._began_ns > LONGEST_NS and self._left_ns() <= 0:
            raise TooSlowError(TOO_SLOW)
        return result

    def _left_ns(self) -> int:
        """Return how much longer the processor that runs now may take."""
        took = self._clock.boot_ns() - self._began_ns
        own = took - (self._waited_ns() - self._waited_before_ns)
        return min(LONGEST_NS - own, LONGEST_IN_ALL_NS - took)

    @contextlib.contextmanager
    def _alarm(self) -> Iterator[None]:
        self._is_timed = True
        signal.setitimer(signal.ITIMER_REAL, LONGEST_NS / NS_PER_SECOND)
        try:
            yield
        finally:
            # In this order: one that rings between the two sets no other, which would ring outside.
            self._is_timed = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _on_alarm(self, _number: int, _frame: FrameType | None) -> None:
        if not self._is_timed:
            return
        left = self._left_ns()
        if left <= 0:
            raise TooSlowError(TOO_SLOW)
        signal.setitimer(signal.ITIMER_REAL, max(left, SHORTEST_ALARM_NS) / NS_PER_SECOND)

    def _isolate(self, name: str, error: BaseException) -> None:
        self.counts[name].failed += 1
        self._skipped_until[name] = self._clock.boot_ns() + SKIPPED_NS
        what = f"{type(error).__name__}: {error}"[:300]
        log.warning("processor %s failed and is skipped for a minute: %a", name, what)
        self._report(f"processor {name}", f"processor {name} failed and is skipped for a minute: {what}")


TOO_SLOW = f"it took more than {LONGEST_NS // 1_000_000} ms"
# What is left may be nothing but the kernel's rounding.
SHORTEST_ALARM_NS = 1_000_000


def adopt(event: Event, result: object) -> None:
    """Take over what a processor may change; raise MalformedEventError when the result is no acceptable event."""
    if not isinstance(result, Event):
        raise MalformedEventError(f"it returned {type(result).__name__} and no event")
    told = msgspec.structs.replace(event, **{name: getattr(result, name) for name in CHANGEABLE})
    try:
        checked = codec.decode(codec.encode(told))
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedEventError(f"it returned what is no event: {error}") from error
    for name in CHANGEABLE:
        setattr(event, name, getattr(checked, name))


def _hook(name: str, plugin: object) -> Callable[..., Event | None]:
    manager = pluggy.PluginManager("humeops")
    manager.add_hookspecs(ProcessorSpec)
    manager.register(plugin, name)
    implemented = manager.hook.process.get_hookimpls()
    if not implemented:
        raise ConfigError(
            f"`processors`: {name} has no function `process` marked with pluggy.HookimplMarker('humeops')"
        )
    return typing.cast("Callable[..., Event | None]", implemented[0].function)
