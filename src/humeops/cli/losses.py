# SPDX-License-Identifier: MIT
"""What hosts lost on the way, in one sentence each: `412 events lost: spool over its size, 3 h ago`."""

import fnmatch

from humeops import moments, spans
from humeops.api import schemas
from humeops.cli import client, phrases

# What was declared longer ago is history (`hume events --kind loss` has it); a silent loss has no date and stays.
SHOWN_NS = 7 * spans.DAY
ALL = 100_000


def fetch(central: client.Central, host: str | None, now_ns: int) -> dict[str, str]:
    """Return the sentence of every host that lost something; a central that cannot tell gives none."""
    found = central.items("agents", schemas.AgentPage, {"host": host, "lossy": "true"}, ALL)
    try:
        return {agent.host: sentence for agent in found if (sentence := tell(agent, now_ns))}
    except client.NotFoundError:
        return {}  # an older central


def of_hosts(notes: dict[str, str], pattern: str) -> dict[str, str]:
    """Return the sentences of the hosts that match; only `*` and `?` are special, as central has it."""
    return {host: note for host, note in notes.items() if fnmatch.fnmatchcase(host, pattern.replace("[", "[[]"))}


def tell(agent: schemas.AgentView, now_ns: int) -> str:
    """Return what this host lost, empty when that is nothing, or long past."""
    told = []
    if agent.declared_lost and agent.loss_at is not None and now_ns - agent.loss_at < SHOWN_NS:
        cause = f": {agent.loss_cause}" if agent.loss_cause else ""
        told.append(f"{phrases.plural(agent.declared_lost, 'event')} lost{cause}, {moments.ago(agent.loss_at, now_ns)}")
    if agent.silently_lost:
        told.append(f"{phrases.plural(agent.silently_lost, 'event')} lost without a word")
    return "; ".join(told)
