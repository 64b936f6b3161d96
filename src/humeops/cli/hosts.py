# SPDX-License-Identifier: MIT
"""`hume hosts`: the hosts that report, how well they are heard, and how the humed of each fares."""

from collections.abc import Callable, Sequence

import click

from humeops import moments, spans
from humeops.api import schemas
from humeops.cli import choosing, listing, losses, options, phrases
from humeops.clock import SystemClock

COLUMNS = ("host", "last_seen_at", "version", "waiting", "open", "clock", "trouble")
# A clock this far off is worth a word; less may be the way of the batch.
CLOCK_NS = 2 * spans.SECOND


@click.command("hosts")
@click.argument("words", nargs=-1, type=options.filled, metavar="[HOST] [FILTER]...")
@options.listing_options(default_limit=1000)
@options.central_options
def command(
    words: Sequence[str], output: str, columns: str | None, limit: int, central: str | None, folder: str | None
) -> int:
    """List the hosts that report: when each was heard, its humed's version, what waits there, and what is wrong.

    HOST: a name, or a pattern such as 'db*'. A humed says how it fares every 30 s.

    FILTER: as in 'host:db* until:10m', of when each was heard; see docs/reference/filters.md.
    """
    now_ns = SystemClock().wall_ns()
    host, words = choosing.split(words)
    params = {"host": host, **choosing.asked(words, "hosts", now_ns)}
    found = options.ask(central, folder).items("agents", schemas.AgentPage, params, limit)
    derived: dict[str, Callable[[schemas.AgentView], str]] = {
        "version": lambda agent: agent.health.version if agent.health else "",
        "waiting": _waiting,
        "open": lambda agent: str(agent.health.open_runs) if agent.health else "",
        "clock": _clock,
        "trouble": lambda agent: _trouble(agent, now_ns),
    }
    listing.print_items(
        found, output, columns, COLUMNS, schemas.AgentView, now_ns, empty="no such host", derived=derived
    )
    return 0


def _waiting(agent: schemas.AgentView) -> str:
    if agent.health is None:
        return ""
    age = agent.health.oldest_age_seconds
    oldest = f", the oldest for {spans.rough(int(age * spans.SECOND))}" if age is not None else ""
    return f"{agent.health.depth}{oldest}" if agent.health.depth else "nothing"


def _clock(agent: schemas.AgentView) -> str:
    if agent.skew is None or abs(agent.skew) < CLOCK_NS:
        return ""
    return f"{spans.difference(agent.skew)} {'behind' if agent.skew > 0 else 'ahead'}"


def _trouble(agent: schemas.AgentView, now_ns: int) -> str:
    told = ["silent"] if agent.silent_since is not None else []
    if agent.revoked_at is not None:
        told.append(f"its credential was revoked, {moments.ago(agent.revoked_at, now_ns)}")
    elif agent.last_seen_at is None:
        told.append("no humed heard yet")
    told += filter(None, [phrases.sharing(agent, now_ns)])
    if health := agent.health:
        told += [f"only {health.room} taken"] if health.room else []
        told += [f"{health.quarantined} in quarantine"] if health.quarantined else []
        told += ["its rules cannot be read"] if health.rules_trouble else []
        told += [f"{phrases.plural(health.outputs_waiting, 'output')} waits"] if health.outputs_waiting else []
    return "; ".join([*told, *filter(None, [losses.tell(agent, now_ns)])])
