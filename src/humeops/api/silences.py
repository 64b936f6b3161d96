# SPDX-License-Identifier: MIT
"""/api/v1/silences: what is not told for a while, or again and again; made and ended by people."""

import zoneinfo

import anyio.to_thread
import msgspec
import sqlalchemy as sa
from litestar import get, post

from humeops.api import acting, alertviews, barring, parameters, quiet
from humeops.api.alertschemas import NewSilence, OldSilence, SilencePage, SilenceView
from humeops.api.parameters import ParameterError
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.alerts import book
from humeops.central.alerts.silence import Silence
from humeops.central.store import cursor, rows, silences
from humeops.central.store.questions import tasks
from humeops.central.watches import schedule
from humeops.errors import NotAllowedError
from humeops.filters.tree import Text, leaves
from humeops.security import roles


class SilencesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/silences; `all`: also those that are over."""

    all: bool = False
    limit: parameters.Limit = parameters.DEFAULT_LIMIT
    after: str | None = None


@get("/api/v1/silences")
async def list_silences(central: Central, asked: Asked) -> SilencePage:
    """Return silences, the one made last first."""
    roles.scope(asked.actor, "read", "silences")
    query = parameters.read(asked.parameters, SilencesQuery)
    return await anyio.to_thread.run_sync(find, central, asked, query)


def find(central: Central, asked: Asked, query: SilencesQuery) -> SilencePage:
    """Return a page of the silences that the asker may see; it may be short, and yet not the last one."""
    now_ns = central.clock.wall_ns()
    before = cursor.unpack(query.after, tuple[rows.Int64])[0] if query.after is not None else None
    with central.database.reading() as connection:
        found = silences.newest(connection, query.limit + 1, before, None if query.all else now_ns)
        page = found[: query.limit]
        seen = [quiet.view(connection, asked.actor, one, now_ns) for one in page]
    following = cursor.pack(page[-1].id) if len(found) > query.limit else None
    return SilencePage([one for one in seen if one is not None], following)


@post("/api/v1/silences", guards=barring.to_write_some("silences", hides=False))
async def add_silence(central: Central, asked: Asked, data: NewSilence) -> SilenceView:
    """Keep these quiet, as far as the asker was granted them; what is still wrong afterwards is told then."""
    made = await anyio.to_thread.run_sync(add, central, asked, data)
    fits, _ = await anyio.to_thread.run_sync(fitting, central, asked, made.what, 0)
    return msgspec.structs.replace(alertviews.silence_view(made, central.clock.wall_ns()), tasks=fits)


def fitting(central: Central, asked: Asked, what: str, most: int) -> tuple[int, list[str]]:
    """Return how many tasks that the asker may silence fit this now, and the names of some; raise ParameterError, or FilterError."""
    _check_what(what)
    wanted = tasks.Filter(also=book.parse(what), within=quiet.may_make(asked.actor))
    with central.database.reading() as connection:
        count = sum(tasks.count(connection, wanted).values())
        some = tasks.find(connection, wanted, most, None).rows if most and count else []
    return count, [f"{one.host}:{one.task}" for one in some]


def add(central: Central, asked: Asked, wish: NewSilence) -> Silence:
    """Store a silence; raise ParameterError, or FilterError, for one that cannot be meant."""
    made = draft(central, asked, wish)
    return acting.do(central, asked, "silence", wish.what, lambda connection: silences.add(connection, made), wish.why)


def draft(central: Central, asked: Asked, wish: NewSilence) -> Silence:
    """Return the silence that this would be, which is not stored; raises as `add` does."""
    within, now_ns = quiet.within_of(asked.actor), central.clock.wall_ns()
    starts_at = wish.starts_at if wish.starts_at is not None else now_ns
    _check(wish, starts_at, now_ns)
    return Silence(
        0,
        wish.what,
        starts_at,
        wish.ends_at,
        wish.cron,
        wish.calendar,
        wish.tz,
        wish.lasts,
        asked.actor.name,
        wish.why,
        now_ns,
        within=within,
    )


@post(
    "/api/v1/silences/ended",
    sync_to_thread=True,
    status_code=200,
    guards=barring.to_write_some("silences", hides=False),
)
def end_silence(central: Central, asked: Asked, data: OldSilence) -> SilenceView:
    """Let a silence end now."""
    return alertviews.silence_view(end(central, asked, data.id), central.clock.wall_ns())


def end(central: Central, asked: Asked, number: int) -> Silence:
    """End a silence; raise NotFoundError when there is none of this number that holds or will."""
    now_ns = central.clock.wall_ns()
    quiet.may_make(asked.actor)

    def act(connection: sa.Connection) -> Silence | None:
        known = silences.by_id(connection, number)
        if known is None or quiet.view(connection, asked.actor, known, now_ns) is None:
            return None
        if not quiet.may_end(asked.actor, known):
            raise NotAllowedError("this silence holds for more than you may silence: ask whoever made it")
        return silences.end(connection, number, asked.actor.name, now_ns)

    ended = acting.do(central, asked, "end silence", str(number), act) if number < 2**31 else None
    if ended is None:
        raise NotFoundError(f"no silence {number} that holds or will")
    return ended


def _check(wish: NewSilence, starts_at: int, now_ns: int) -> None:
    if not wish.what.strip() or not wish.why.strip():
        raise ParameterError("`what` and `why`: say what is silenced (host:db1) and why")
    if "\0" in wish.why + wish.cron + wish.calendar:
        raise ParameterError("`why`: a character that no text has: U+0000")
    _check_what(wish.what)
    if wish.ends_at is not None and wish.ends_at <= max(starts_at, now_ns):
        raise ParameterError("`ends_at`: it lies before it begins, or in the past")
    if wish.cron or wish.calendar:
        _check_plan(wish)
    elif wish.ends_at is None:
        raise ParameterError("`ends_at`: say when it ends; only one that repeats may go on until somebody ends it")
    elif wish.lasts:
        raise ParameterError("`lasts`: is said of a silence that repeats, with `cron` or `calendar`")


def _check_what(what: str) -> None:
    if "\0" in what:
        raise ParameterError("`what`: a character that no text has: U+0000")
    if any(isinstance(leaf, Text) and not leaf.text.strip("*?") for leaf in leaves(book.parse(what))):
        raise ParameterError("`what`: a `*` alone is looked for as text, which nothing has; for everything say host:*")


def _check_plan(wish: NewSilence) -> None:
    if wish.cron and wish.calendar:
        raise ParameterError("`cron` and `calendar`: one of them says when it begins, not both")
    if not wish.lasts:
        raise ParameterError("`lasts`: say how long it lasts each time, in seconds")
    try:
        if wish.tz:
            zoneinfo.ZoneInfo(wish.tz)
        begins = schedule.next_after(schedule.Plan(0, wish.cron, wish.calendar, wish.tz), schedule.SOME_MOMENT)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise ParameterError(f"`{'cron' if wish.cron else 'calendar'}`: {error}") from None
    if begins is None:
        raise ParameterError("there is no such moment in the coming years")
