# SPDX-License-Identifier: MIT
"""/api/v1/alerts, /api/v1/alertbook, /api/v1/channels, /api/v1/notifications: what is wrong, who is told how, what was told.

Each handler that shares its address with another brings its threads itself, as in `watches`.
"""

from typing import Any, Literal

import anyio.to_thread
import msgspec
import sqlalchemy as sa
from litestar import get, post, put

from humeops.api import acting, alertschemas, alertviews, barring, concerned, discretion, parameters, schemas
from humeops.api.alertschemas import (
    AlertDetail,
    AlertPage,
    BookChange,
    BookChanges,
    BookView,
    ChannelName,
    ChannelPage,
    EntryView,
    NotificationPage,
    NotificationView,
)
from humeops.api.problems import FaultsError, NotFoundError
from humeops.api.service import Asked, Central
from humeops.central import bookkeeping, watcher
from humeops.central.alerts import book, difference
from humeops.central.notify.message import Message
from humeops.central.store import alertbooks, notifications
from humeops.central.store.questions import alerts
from humeops.security import roles
from humeops.security.roles import Thing

ENTRIES = 500


class AlertsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/alerts."""

    host: parameters.Pattern = ""
    task: parameters.Pattern = ""
    state: list[Literal["waiting", "open", "taken", "silenced", "closed"]] = []
    q: parameters.Filter = ""
    limit: parameters.Limit = parameters.DEFAULT_LIMIT
    after: str | None = None


class NotificationsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/notifications."""

    channel: parameters.Pattern = ""
    state: Literal["", "waiting", "sent", "failed"] = ""
    limit: parameters.Limit = parameters.DEFAULT_LIMIT
    after: str | None = None


@get("/api/v1/alerts", sync_to_thread=True)
def list_alerts(central: Central, asked: Asked) -> AlertPage:
    """Return alerts, the newest first."""
    within = roles.scope(asked.actor, "read", "alerts")
    query = parameters.read(asked.parameters, AlertsQuery)
    also = parameters.filter_of(query.q, "alerts", central.clock.wall_ns())
    wanted = alerts.Filter(query.host, query.task, query.state, also, within)
    with central.database.reading() as connection:
        page = alerts.find(connection, wanted, query.limit, query.after)
        return AlertPage(alertviews.alert_views(connection, page.rows, within), page.next)


@get("/api/v1/alerts/{number:int}", sync_to_thread=True)
def show_alert(central: Central, asked: Asked, number: int) -> AlertDetail:
    """Return one alert with its history."""
    within = roles.scope(asked.actor, "read", "alerts")
    parameters.read(asked.parameters, parameters.NoQuery)
    if not 0 < number < 2**31:
        raise NotFoundError(f"no alert {number}")
    with central.database.reading() as connection:
        found = alerts.by_id(connection, number, within)
        if found is None:
            raise NotFoundError(f"no alert {number}")
        entries = alerts.entries(connection, number, ENTRIES)
        entries = discretion.history(connection, within, found.alert.host, entries)
        (view,) = alertviews.alert_views(connection, [found], within)
    return AlertDetail(view, [EntryView(*one) for one in entries])


@get("/api/v1/alertbook")
async def show_book(central: Central, asked: Asked) -> BookView:
    """Return the rules, routes, parents and channels in force."""
    roles.authorize(asked.actor, "read", Thing("alerts"))
    parameters.read(asked.parameters, parameters.NoQuery)

    def find() -> BookView:
        with central.database.reading() as connection:
            written = alertbooks.current(connection)
        return book_view(written)

    return await anyio.to_thread.run_sync(find)


def book_view(written: alertbooks.Written) -> BookView:
    """Return a book as it is told; without its secrets."""
    shown = bookkeeping.shown(written.book)
    told = {**msgspec.to_builtins(written.book), **({"channel": shown} if shown else {})}
    return BookView(difference.toml_of(written.book, shown), told, written.author, written.at or None)


@put("/api/v1/alertbook", status_code=200, guards=barring.to_write("alerts"))
async def write_book(central: Central, asked: Asked, data: alertschemas.NewBook) -> BookChanges:
    """Put this in the place of what is in force; all of it, or nothing. What is wrong is told, each thing with its place."""
    roles.authorize(asked.actor, "write", Thing("alerts"))
    if not data.unchecked:
        # Before the transaction: where names lead is asked of others, who may take their time.
        await anyio.to_thread.run_sync(_check_channels, central, data.book)
    author = f"{asked.actor.name}{f', {data.by}' if data.by else ''}"
    now_ns = central.clock.wall_ns()

    def write(connection: sa.Connection) -> bookkeeping.Outcome:
        if not data.dry_run:
            acting.note(connection, central, asked, "write rules of alerts", data.by)
        return bookkeeping.apply(connection, data.book, author, now_ns, data.dry_run)

    try:
        outcome = await anyio.to_thread.run_sync(central.database.write, write)
    except book.BookError as error:
        raise FaultsError([schemas.Fault(*one) for one in error.faults]) from None
    return BookChanges([BookChange(*one) for one in outcome.changes])


def _check_channels(central: Central, told: dict[str, Any]) -> None:
    with central.database.reading() as connection:
        faults = bookkeeping.faults(connection, told, central.trial)
    if faults:
        raise FaultsError([schemas.Fault(*one) for one in faults])


@get("/api/v1/channels", sync_to_thread=True)
def list_channels(central: Central, asked: Asked) -> ChannelPage:
    """Return the channels that concern the asker and how each fares."""
    within = roles.scope(asked.actor, "read", "channels")
    parameters.read(asked.parameters, parameters.NoQuery)
    trouble = watcher.telling_trouble(central.database, central.clock.wall_ns())
    with central.database.reading() as connection:
        return ChannelPage(concerned.channels(connection, within), trouble)


@post("/api/v1/channels/tested", sync_to_thread=True, guards=barring.to_write("channels"))
def test_channel(central: Central, asked: Asked, data: ChannelName) -> NotificationView:
    """Have a test message told on a channel; what became of it is asked at /api/v1/notifications/NUMBER."""
    roles.authorize(asked.actor, "write", Thing("channels"))
    return alertviews.notification_view(tell_test(central, asked, data.name))


def tell_test(central: Central, asked: Asked, name: str) -> alerts.Notification:
    """Have a test message told."""
    now_ns, author = central.clock.wall_ns(), asked.actor.name

    def add(connection: sa.Connection) -> alerts.Notification:
        known = alertbooks.channels(connection, alertbooks.current(connection).book)
        if name not in known:
            raise NotFoundError(f"no channel {name[:64]!a}; there are {', '.join(known) or 'none'}")
        key = f"test-{name}-{now_ns}"
        message = Message(key=key, kind="test", time_ns=now_ns, items=(), note=f"{author} tests the channel {name}.")
        number = notifications.put(connection, name, message, now_ns)
        found = alerts.notification(connection, number)
        assert found is not None  # noqa: S101 - just written
        return found

    return acting.do(central, asked, "test channel", name, add)


@get("/api/v1/notifications", sync_to_thread=True)
def list_notifications(central: Central, asked: Asked) -> NotificationPage:
    """Return what was told, and what waits to be, the newest first."""
    roles.authorize(asked.actor, "read", Thing("channels"))
    query = parameters.read(asked.parameters, NotificationsQuery)
    with central.database.reading() as connection:
        page = alerts.notifications(connection, query.channel, query.state, query.limit, query.after)
    return NotificationPage([alertviews.notification_view(one) for one in page.rows], page.next)


@get("/api/v1/notifications/{number:int}", sync_to_thread=True)
def show_notification(central: Central, asked: Asked, number: int) -> NotificationView:
    """Return what became of one message to one channel."""
    roles.authorize(asked.actor, "read", Thing("channels"))
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        found = alerts.notification(connection, number) if 0 < number < 2**31 else None
    if found is None:
        raise NotFoundError(f"no notification {number}")
    return alertviews.notification_view(found)
