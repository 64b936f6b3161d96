# SPDX-License-Identifier: MIT
"""The notifier's loop: judges what changed, and tells people; until it is told to stop; patient with a database that is away.

Design: it holds nothing. Judging (`store.alerting`) is one transaction at a time, whoever does it; sending goes on beside it in as
many notifiers as there are, each holding what it sends for LEASE_NS. What is killed between sending and noting that it was sent
is sent again, with the same key.

A channel that refuses a message, or could not be reached for DEAD_AFTER_NS, is dead: that is told through another one, with all
that waits for it or comes to wait (`store.substitutes`). It is tried on, and whatever it accepts ends that. One that is not reached is
then left in peace for a while, and has one attempt between those of others: what is for channels that work waits for one attempt at most.
"""

import logging
import random
import threading
from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy as sa

from humeops import crash, spans
from humeops.central import looking, metrics
from humeops.central.notify.message import Message
from humeops.central.store import alertbooks, alerting, notifications, rerouting, settingaside, substitutes, tidying
from humeops.central.store.database import Database
from humeops.central.store.notifications import Held
from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import HumeError, UnavailableError, in_one_line

STEP_SECONDS = 0.5
LEASE_NS = 3 * spans.MINUTE
SEND_MOST = 10
# An attempt takes a channel's `timeout` at most, two minutes, and a little around it.
LONGEST_NS = 2 * spans.MINUTE + 10 * spans.SECOND
DEAD_AFTER_NS = 5 * spans.MINUTE
GIVE_UP_NS = 2 * spans.DAY
RETRY_FIRST_SECONDS = 10.0
RETRY_LONGEST_SECONDS = 900.0
BEAT_NS = 30 * spans.SECOND
# No channel takes as long for one message.
STALE_SECONDS = 120
TIDY_NS = spans.HOUR

log = logging.getLogger(__name__)


class Deliver(Protocol):
    """Tells one message on one channel; see `central.delivering`."""

    def __call__(self, settings: dict[str, Any], message: Message, now_ns: int) -> None:
        """Return when it was accepted. UnavailableError: try again later; any other HumeError: it never will be."""
        ...


class Notifier:
    """`step` is one look, `run` the loop; it ends after `stop`, which may be called from anywhere."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        deliver: Deliver,
        enrich: Callable[[Message], Message] = lambda message: message,
        setup: str = "",
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`enrich` adds to a message what the database tells of its items; `setup` is the channel given at set-up, as JSON."""
        self._database = database
        self._clock = clock
        self._deliver = deliver
        self._enrich = enrich
        self._setup = setup
        self._draw = draw
        self._stopping = threading.Event()
        self._is_set_up = False
        self._beat_ns = 0
        self._tidy_ns = 0
        self.progress = looking.Progress(clock, STALE_SECONDS)

    def stop(self) -> None:
        """Ask it to end after the step under way."""
        self._stopping.set()

    def run(self) -> None:
        """Judge and tell until told to stop."""
        looking.repeat(self._stopping, self._look, STEP_SECONDS, log, "notifying")

    def _look(self) -> None:
        while self.step() and not self._stopping.is_set():
            pass
        self.progress.note()

    def step(self) -> bool:
        """Judge what there is, and send what is due, up to one portion of each; return whether there may be more."""
        judged, sent = self.judge(), self.send()
        if not judged and not sent and self._clock.boot_ns() >= self._tidy_ns:
            more = self._database.write(lambda connection: tidying.step(connection, self._clock.wall_ns()))
            self._tidy_ns = self._clock.boot_ns() + (spans.SECOND if more else TIDY_NS)
        return judged or sent

    def judge(self) -> bool:
        """Let changes and deadlines become messages; return whether there may be more at once."""
        now_ns = self._clock.wall_ns()
        if not self._is_set_up:
            self._database.write(lambda connection: alertbooks.set_up(connection, self._setup, now_ns))
            self._is_set_up = True
        with self._database.reading() as connection:
            is_due = alerting.is_any_due(connection, now_ns)
        if not is_due and self._clock.boot_ns() < self._beat_ns:
            return False
        self._beat_ns = self._clock.boot_ns() + BEAT_NS
        try:
            more = self._database.write(lambda connection: self._judge(connection, now_ns, alerting.MOST))
        except looking.TROUBLE:
            raise
        except Exception:
            log.exception("judging failed, and goes on change by change")
            more = self._judge_one(now_ns)
        crash.point("notifier-judged")
        return more

    def _judge_one(self, now_ns: int) -> bool:
        """Judge the next change alone. One that brings out a fault of ours is told as such, and keeps no other from being judged."""
        try:
            return self._database.write(lambda connection: self._judge(connection, now_ns, 1))
        except looking.TROUBLE:
            raise
        except Exception:
            log.exception("a change cannot be judged")
            return self._database.write(lambda connection: settingaside.set_aside(connection, now_ns))

    def _judge(self, connection: sa.Connection, now_ns: int, most: int) -> bool:
        crash.point("notifier-before-judging")
        more = alerting.judge(connection, now_ns, most)
        crash.point("notifier-before-commit")
        return more

    def send(self) -> bool:
        """Send what is due and nobody else sends; return whether there may be more."""
        now_ns = self._clock.wall_ns()
        with self._database.reading() as connection:
            if not notifications.is_any_due(connection, now_ns):
                return False
        held = self._database.write(lambda connection: notifications.claim(connection, now_ns, LEASE_NS, SEND_MOST))
        crash.point("notifier-claimed")
        rest = held
        while rest and not self._stopping.is_set():  # what was not sent then is free again when the hold runs out
            if self._clock.wall_ns() > rest[0].lease_until - LONGEST_NS:
                self._put_back(rest)
                break
            one, *rest = rest
            if not self._send(one):
                rest = self._leave_in_peace(one.channel, rest)
            self.progress.note()
        return bool(held)

    def _put_back(self, rest: list[Held]) -> None:
        """Let go of what may not be sent before another notifier takes it up: it would come twice."""
        now_ns = self._clock.wall_ns()
        self._database.write(lambda connection: notifications.put_back(connection, rest, now_ns))

    def _leave_in_peace(self, channel: str, rest: list[Held]) -> list[Held]:
        """Put off what else is for a channel that was not reached: each attempt may take its whole time; return what goes on."""
        ours = [one for one in rest if one.channel == channel and one.message.kind != "test"]
        now_ns = self._clock.wall_ns()
        self._database.write(
            lambda connection: notifications.put_off_others(connection, channel, ours, now_ns, DEAD_AFTER_NS)
        )
        return [one for one in rest if one not in ours]

    def _send(self, one: Held) -> bool:
        """Try one; return whether its channel was reached."""
        with self._database.reading() as connection:
            settings = alertbooks.channels(connection, alertbooks.current(connection).book).get(one.channel)
        if settings is None:
            self._database.write(lambda connection: rerouting.send_elsewhere(connection, one, self._clock.wall_ns()))
            log.warning("channel %s: it was removed, and what was for it goes elsewhere", one.channel)
            return True
        try:
            self._deliver(settings, self._enrich(one.message), self._clock.wall_ns())
        except UnavailableError as error:
            self._unreached(one, in_one_line(error), getattr(error, "wait_seconds", None))
            return False
        except HumeError as error:
            self._refused(one, in_one_line(error))
        except Exception as error:
            log.exception("sending to %s failed", one.channel)
            self._unreached(one, f"a fault of hume's own: {type(error).__name__}", None)
        else:
            metrics.MESSAGES.labels("accepted").inc()
            crash.point("notifier-sent")
            self._database.write(lambda connection: self._note_sent(connection, one))
            crash.point("notifier-marked")
        return True

    def _note_sent(self, connection: sa.Connection, one: Held) -> None:
        now_ns = self._clock.wall_ns()
        notifications.mark_sent(connection, one, now_ns)
        substitutes.note_success(connection, one.channel, now_ns)

    def _unreached(self, one: Held, error: str, wait_seconds: float | None) -> None:
        metrics.MESSAGES.labels("unreached").inc()
        if one.message.kind == "test":
            self._fail_test(one, error)
            return
        now_ns = self._clock.wall_ns()
        bound = min(RETRY_FIRST_SECONDS * 2 ** min(one.attempts - 1, 20), RETRY_LONGEST_SECONDS)
        wait = max(self._draw(bound / 2, bound), min(wait_seconds or 0, RETRY_LONGEST_SECONDS))

        def note(connection: sa.Connection) -> None:
            if now_ns - one.at > GIVE_UP_NS:
                notifications.give_up(connection, one, f"given up after {spans.rough(GIVE_UP_NS)}: {error}")
            else:
                notifications.put_off(connection, one, now_ns + round(wait * NS_PER_SECOND), error)
            substitutes.note_failure(connection, one, error, now_ns, DEAD_AFTER_NS)

        self._database.write(note)
        log.warning("channel %s: %s", one.channel, error)

    def _fail_test(self, one: Held, error: str) -> None:
        # Whoever asked for it is told; nobody else, and it is not tried again.
        self._database.write(lambda connection: notifications.give_up(connection, one, error))

    def _refused(self, one: Held, error: str) -> None:
        metrics.MESSAGES.labels("refused").inc()
        if one.message.kind == "test":
            self._fail_test(one, error)
            return
        now_ns = self._clock.wall_ns()

        def note(connection: sa.Connection) -> None:
            notifications.give_up(connection, one, error)
            substitutes.note_failure(connection, one, error, now_ns, 0)

        self._database.write(note)
        log.error("channel %s: %s", one.channel, error)
