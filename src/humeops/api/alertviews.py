# SPDX-License-Identifier: MIT
"""From what the store keeps of alerts to what the API answers, and the pages show."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from humeops.api import discretion
from humeops.api.alertschemas import AlertView, ChannelView, NotificationView, SilenceView, TellingView
from humeops.central import bookkeeping
from humeops.central.alerts import silence
from humeops.central.alerts.book import BookError
from humeops.central.alerts.course import Alert
from humeops.central.alerts.silence import Silence
from humeops.central.alerts.telling import Telling
from humeops.central.notify.message import Message
from humeops.central.store import alertbooks, notifications
from humeops.central.store.alertrows import Stored
from humeops.central.store.notifications import Health
from humeops.central.store.questions import alerts, tellings
from humeops.filters.tree import Node


def alert_views(connection: sa.Connection, found: Sequence[Stored], within: Node) -> list[AlertView]:
    """Return alerts as they are listed for who may see what is within, with what became of what was told of them."""
    told = tellings.latest(connection, found)
    return [
        _alert_view(one, told[one.id], discretion.above(connection, within, one.alert.host, one.alert.quieted_by))
        for one in found
    ]


def _alert_view(one: Stored, told: Sequence[Telling], quieted_by: str) -> AlertView:
    alert = one.alert
    return AlertView(
        one.id,
        alert.host,
        alert.task,
        _state(alert),
        alert.trouble,
        alert.reason,
        alert.since,
        alert.rule,
        alert.run,
        alert.failures,
        alert.opened_at,
        alert.told_at,
        alert.closed_at,
        list(alert.channels),
        alert.reminders,
        alert.taken_by,
        alert.silenced_until,
        quieted_by,
        alert.flapping,
        alert.well_since,
        alert.due,
        [TellingView(*telling[:5], list(telling.through)) for telling in told],
    )


def silence_view(one: Silence, now_ns: int) -> SilenceView:
    """Return a silence as it is told."""
    holds, next_at = silence.holds_until(one, now_ns), silence.next_at(one, now_ns)
    return SilenceView(
        id=one.id,
        what=one.what,
        state="holds" if holds is not None else "ahead" if next_at is not None else "over",
        starts_at=one.starts_at,
        author=one.author,
        why=one.why,
        made_at=one.made_at,
        ends_at=one.ends_at,
        cron=one.cron,
        calendar=one.calendar,
        tz=one.tz,
        lasts=one.lasts,
        holds_until=holds,
        next_at=next_at,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
        within=one.within,
    )


def notification_view(one: alerts.Notification) -> NotificationView:
    """Return what was told as it is listed."""
    return NotificationView(
        one.id,
        one.channel,
        one.message.kind,
        one.at,
        one.state,  # type: ignore[arg-type]
        about(one.message),
        one.attempts,
        one.sent_at,
        one.due,
        one.error,
        one.message.note,
    )


def about(message: Message) -> list[str]:
    """Return what a message is about, by name."""
    return [f"{item.host}:{item.task}" if item.task else item.host for item in message.items]


def channel_views(connection: sa.Connection) -> list[ChannelView]:
    """Return every channel that there is, and how it fares."""
    written = alertbooks.current(connection).book
    settings = alertbooks.channels(connection, written)
    health = notifications.health(connection, settings)
    waiting = alerts.waiting(connection)
    return [_channel_view(name, one, health, waiting) for name, one in settings.items()]


def _channel_view(
    name: str, settings: dict[str, Any], health: Mapping[str, Health], waiting: Mapping[str, int]
) -> ChannelView:
    known = health.get(name) or Health(name, None, None, None, "")
    try:
        shown = bookkeeping.shown_channel(settings, name)
    except BookError as error:
        shown, known = {}, known._replace(error=str(error))
    return ChannelView(
        name,
        str(settings.get("type", "")),
        "dead" if known.dead_at else "fails" if known.failing_since else "works" if known.ok_at else "unused",
        {key: value for key, value in shown.items() if key != "type"},
        known.ok_at,
        known.failing_since,
        known.dead_at,
        known.error,
        waiting.get(name, 0),
    )


def _state(alert: Alert) -> Any:
    if alert.state != "open":
        return alert.state
    return "taken" if alert.taken_by else "silenced" if alert.silenced_until is not None else "open"
