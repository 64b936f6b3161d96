# SPDX-License-Identifier: MIT
"""Puts the API together: an ASGI application over one central database.

A new resource is a module of its own with its handlers, listed in HANDLERS. Handlers that ask the database run in threads;
the event loop itself never waits for it.
"""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Sequence
from typing import Any

import sqlalchemy as sa
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from humeops.api import (
    agents,
    alerts,
    audit,
    backups,
    badges,
    compression,
    cookies,
    counting,
    data,
    dead,
    enrolments,
    events,
    heads,
    health,
    hosts,
    intake,
    links,
    live,
    metering,
    openapi,
    people,
    problems,
    ratelimit,
    report,
    runs,
    scripts,
    sessions,
    silences,
    states,
    tasks,
    tokens,
    trust,
    users,
    validators,
    watches,
    witness,
)
from humeops.api.doorkeeper import ACTOR, ADDRESS, Doorkeeper
from humeops.api.forwarded import Forwarded
from humeops.api.hub import Hub
from humeops.api.lives import Lives
from humeops.api.service import Asked, Central, Pages
from humeops.central.addresses import Network
from humeops.errors import HumeError
from humeops.security.roles import Actor
from humeops.wire.batch import MAX_BATCH_BYTES

HANDLERS = (
    intake.take_batch,
    report.take_report,
    tasks.list_tasks,
    runs.list_runs,
    runs.show_run,
    runs.compare_runs,
    events.list_events,
    counting.count_events,
    data.list_data,
    data.show_history,
    agents.list_agents,
    scripts.list_scripts,
    links.make_link,
    people.list_notes,
    people.add_note,
    people.take,
    people.show_about,
    people.describe,
    hosts.list_hosts,
    states.count_states,
    states.list_transitions,
    dead.list_letters,
    dead.show_letter,
    dead.retry_letters,
    dead.drop_letters,
    tokens.list_tokens,
    tokens.make_token,
    tokens.revoke_token,
    enrolments.ask,
    enrolments.list_requests,
    enrolments.decide,
    enrolments.list_tokens,
    enrolments.make_token,
    enrolments.revoke_token,
    enrolments.rotate,
    enrolments.revoke,
    enrolments.unbind,
    users.list_users,
    users.add_user,
    users.set_password,
    users.change_own_password,
    users.disable_user,
    users.grant_role,
    users.revoke_role,
    sessions.list_sessions,
    sessions.end_session,
    audit.list_audit,
    trust.show_trust,
    trust.publish_trust,
    backups.note_backup,
    badges.show,
    badges.make,
    badges.remove,
    openapi.show_openapi,
    watches.list_watches,
    watches.declare_watch,
    watches.apply_watches,
    watches.pause_watch,
    watches.remove_watch,
    alerts.list_alerts,
    alerts.show_alert,
    alerts.show_book,
    alerts.write_book,
    alerts.list_channels,
    alerts.test_channel,
    alerts.list_notifications,
    alerts.show_notification,
    silences.list_silences,
    silences.add_silence,
    silences.end_silence,
    metering.show_metrics,
    health.is_alive,
    health.is_ready,
)


def make_app(central: Central, pages: Pages | None = None, proxies: Sequence[Network] = ()) -> ASGIApp:
    """Return the application that answers for this central, with the pages for people beside the API; `proxies` end TLS."""
    hub, lives = Hub(central), Lives()

    def from_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        answer = pages.from_http if pages and cookies.wants_page(request.scope) else problems.from_http
        return answer(request, error)

    app = Litestar(
        route_handlers=[*HANDLERS, live.handler(central, hub), *([pages.routes] if pages else [])],
        dependencies={
            "central": Provide(lambda: central, sync_to_thread=False),
            "hub": Provide(lambda: hub, sync_to_thread=False),
            "lives": Provide(lambda: lives, sync_to_thread=False),
            "asked": Provide(_asked, sync_to_thread=False),
        },
        exception_handlers={
            HumeError: problems.from_hume,
            HTTPException: from_http,
            sa.exc.DatabaseError: problems.from_database,
            RecursionError: problems.from_depth,
            Exception: problems.from_fault,
        },
        request_max_body_size=MAX_BATCH_BYTES,
        lifespan=[functools.partial(_listening, central, hub)],
        openapi_config=None,
        logging_config=None,
    )
    # Outermost: what the doorkeeper refuses is counted, too.
    answers = heads.Heads(compression.Compressor(validators.Validator(app)))
    turnstile = ratelimit.Turnstile(answers, central.clock)
    door = Doorkeeper(turnstile, central, pages.turn_away if pages else None)
    return metering.Meter(Forwarded(witness.Witness(door, central), proxies), central.clock)


@contextlib.asynccontextmanager
async def _listening(central: Central, hub: Hub, _app: Litestar) -> AsyncIterator[None]:
    beside = [asyncio.create_task(hub.run())]
    if central.stream is not None:
        beside.append(asyncio.create_task(central.stream.listen(hub)))
    try:
        yield
    finally:
        for task in beside:
            task.cancel()


def _actor(request: Request[Any, Any, Any]) -> Actor:
    actor: Actor = request.scope["state"][ACTOR]
    return actor


def _asked(request: Request[Any, Any, Any]) -> Asked:
    state = request.scope["state"]
    return Asked(_actor(request), list(request.query_params.multi_items()), str(state.get(ADDRESS, "")), state)
