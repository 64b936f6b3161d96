# SPDX-License-Identifier: MIT
"""What is wrong and who has it in hand, and what was; one alert with its history; the channels by which people are told."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops.api import alerts as alertsapi
from humeops.api import alertviews, concerned, discretion, parameters, views
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central import watcher
from humeops.central.alerts import book
from humeops.central.store import alertbooks, purposes
from humeops.central.store.questions import alerts
from humeops.filters.tree import EVERYTHING
from humeops.security import grants, roles
from humeops.security.roles import Thing
from humeops.web import rendering

ALERTS = 200
TOLD = 50
# What the page shows under each of its headings.
_SHOWN = {
    "now": ("open", "taken", "silenced", "waiting"),
    "taken": ("taken",),
    "silenced": ("silenced",),
    "history": ("closed",),
}


class AlertsPageQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /alerts."""

    show: Literal["now", "taken", "silenced", "history"] = "now"
    after: str | None = None


class ChannelForm(msgspec.Struct):
    """A channel that is to be tested."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


@get("/alerts", sync_to_thread=True)
def list_alerts(central: Central, asked: Asked) -> Response[str]:
    """List what is wrong, or what was."""
    within = roles.scope(asked.actor, "read", "alerts")
    query = parameters.read(asked.parameters, AlertsPageQuery)
    with central.database.reading() as connection:
        page = alerts.find(connection, alerts.Filter(states=_SHOWN[query.show], within=within), ALERTS, query.after)
        views = alertviews.alert_views(connection, page.rows, within)
        counts = alerts.counts(connection, within)
    return rendering.page(
        "alerts.html",
        now_ns=central.clock.wall_ns(),
        actor=asked.actor,
        may_write=roles.scope(asked.actor, "write", "notes") != grants.NOTHING,
        show=query.show,
        counts=counts,
        alerts=views,
        after=page.next,
    )


@get("/alert/{number:int}", sync_to_thread=True)
def show_alert(central: Central, asked: Asked, number: int) -> Response[str]:
    """Show one alert, and what became of it."""
    within = roles.scope(asked.actor, "read", "alerts")
    with central.database.reading() as connection:
        found = alerts.by_id(connection, number, within) if 0 < number < 2**31 else None
        if found is None:
            raise NotFoundError(f"no alert {number}")
        entries = alerts.entries(connection, number, alertsapi.ENTRIES)
        entries = discretion.history(connection, within, found.alert.host, entries)
        (view,) = alertviews.alert_views(connection, [found], within)
        rule = alertbooks.current(connection).book.rule_named(found.alert.rule)
        about = views.about_view(None, purposes.of(connection, (view.host, view.task))) if view.task else None
    return rendering.page(
        "alert.html",
        now_ns=central.clock.wall_ns(),
        actor=asked.actor,
        may_write=roles.scope(asked.actor, "write", "notes") != grants.NOTHING,
        view=view,
        entries=entries,
        rule=rule,
        about=about,
    )


@get("/channels", sync_to_thread=True)
def list_channels(central: Central, asked: Asked) -> Response[str]:
    """List where people are told, whether it works, and what they were told last."""
    within = roles.scope(asked.actor, "read", "channels")
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        channels = concerned.channels(connection, within)
        # What was told to them tells of tasks that are others'.
        sees_all = within == EVERYTHING
        told = alerts.notifications(connection, "", "", TOLD, None).rows if sees_all else []
        written = alertbooks.current(connection)
    return rendering.page(
        "channels.html",
        now_ns=central.clock.wall_ns(),
        actor=asked.actor,
        may_write=roles.may(asked.actor, "write", Thing("channels")),
        channels=channels,
        sees_all=sees_all,
        told=[alertviews.notification_view(one) for one in told],
        written=written,
        trouble=watcher.telling_trouble(central.database, central.clock.wall_ns()),
        toml=alertsapi.book_view(written).toml,
        rules=written.book.rules,
        setup=book.SETUP,
    )


@post("/channels/test", sync_to_thread=True)
def test_channel(
    central: Central,
    asked: Asked,
    data: Annotated[ChannelForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """Have a test message told, and go back: the page says what became of it."""
    roles.authorize(asked.actor, "write", Thing("channels"))
    alertsapi.tell_test(central, asked, data.name)
    return rendering.go("/channels")
