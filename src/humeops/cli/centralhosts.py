# SPDX-License-Identifier: MIT
"""`hume-central agents`: who reports, who waits to be let in, and the decision; and the end of a host's credential."""

import json
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from humeops import moments
from humeops.api import enrolments, schemas, views
from humeops.api import enrolviews as enrol
from humeops.central.config import Config
from humeops.central.store import agents as store_agents
from humeops.central.store import enrolling
from humeops.central.store.questions import agents as questions
from humeops.cli import centralagents, centralaudit, centralhere, phrases
from humeops.cli.centralhere import UsageError
from humeops.clock import SystemClock
from humeops.errors import Exit, UnavailableError
from humeops.visible import visible

WORDS = ("list", "pending", "approve", "deny", "revoke", "unbind")
_PAGE = 500


def agents(chosen: Config, word: str, names: Sequence[str], output: str) -> int:
    """List agents, or those who wait; let hosts in or not; revoke what a host reports with."""
    if word in ("list", "pending") and not names:
        return _list(chosen, output) if word == "list" else _pending(chosen, output)
    if word in ("approve", "deny") and names:
        return max(_decide(chosen, name, word == "approve") for name in names)
    if word == "revoke" and names:
        return max(_revoke(chosen, name) for name in names)
    if word == "unbind" and names:
        return max(_unbind(chosen, name) for name in names)
    raise UsageError("agents list, agents pending, or agents approve|deny|revoke|unbind HOST…")


def _list(chosen: Config, output: str) -> int:
    try:
        known = centralhere.write(chosen, lambda connection: [views.agent_view(one) for one in _every(connection)])
    except UnavailableError:
        known = list(centralhere.running(chosen).items("agents", schemas.AgentPage, {}, 1_000_000))
    if output == "json":
        print(json.dumps([msgspec.to_builtins(one) for one in known]))
        return Exit.OK
    now_ns = SystemClock().wall_ns()
    for one in known:
        heard = f"heard {moments.ago(one.last_seen_at, now_ns)}" if one.last_seen_at else "never heard"
        shared = phrases.sharing(one, now_ns)
        mend = f"  ! {visible(shared)}; revoke it, and enrol each of them" if shared else ""
        bound = f"  with {visible(one.certificate)}" if one.certificate else ""
        out = f"  revoked {moments.ago(one.revoked_at, now_ns)}" if one.revoked_at else ""
        print(f"{visible(one.host)}  {heard}{out}{bound}{mend}")
    return Exit.OK


def _pending(chosen: Config, output: str) -> int:
    waiting = _waiting(chosen)
    if output == "json":
        print(json.dumps([msgspec.to_builtins(one) for one in waiting]))
        return Exit.OK
    now_ns = SystemClock().wall_ns()
    for one in waiting:
        asked = moments.ago(one.time, now_ns)
        bound = f", {visible(one.certificate)}" if one.certificate else ""
        print(f"{one.id}  {visible(one.host)}  {one.fingerprint}  asked {asked} with {one.token}{bound}")
    return Exit.OK


def _decide(chosen: Config, name: str, approve: bool) -> int:
    meant = [one for one in _waiting(chosen) if name in (one.host, str(one.id))]
    if not meant:
        raise UsageError(f"nobody waits by the name or number {name!a}; hume-central agents pending lists them")
    if len(meant) > 1:
        # Two ask for one name: which of them is the host, its fingerprint tells.
        numbers = ", ".join(f"{one.id} ({one.fingerprint})" for one in meant)
        raise UsageError(f"several wait as {name!a}; say the number of the right one: {numbers}")
    one, now_ns = meant[0], SystemClock().wall_ns()
    try:
        centralhere.write(
            chosen,
            lambda connection: enrolling.decide(connection, one.id, approve, centralaudit.author(), now_ns),
            ("let host in" if approve else "deny host", one.host),
        )
    except UnavailableError:
        decision = enrol.Decision(one.id, approve)
        centralhere.running(chosen).send("enrolments/decided", enrol.RequestView, decision)
    print(f"{visible(one.host)} ({one.fingerprint}) {'may report' if approve else 'stays outside'}")
    return Exit.OK


def _revoke(chosen: Config, host: str) -> int:
    now_ns = SystemClock().wall_ns()
    try:
        ended = centralhere.write(
            chosen, lambda connection: enrolling.revoke(connection, host, now_ns), ("revoke host", host)
        )
    except UnavailableError:
        answer = centralhere.running(chosen).send("credentials/revoked", enrol.AgentRevoked, enrol.OldAgent(host))
        ended = enrolling.Ended(answer.agent, answer.revoked)
    # One that puts its batches straight into Redis has a user there, beside its credential or instead of it.
    in_redis = bool(chosen.redis) and ended.agent is not None and centralagents.remove_user(chosen, ended.agent)
    if not (ended.credentials or in_redis):
        raise UsageError(f"no humed speaks for {host!a}; hume-central agents list names the hosts")
    print(f"no humed speaks for {visible(host)} any more; hume enroll lets it in again")
    return Exit.OK


def _unbind(chosen: Config, host: str) -> int:
    try:
        said = ("unbind certificate", host)
        done = bool(centralhere.write(chosen, lambda connection: store_agents.unbind(connection, host) or False, said))
    except UnavailableError:
        done = bool(centralhere.running(chosen).send("credentials/unbound", enrol.AgentUnbound, enrol.OldAgent(host)))
    if not done:
        raise UsageError(f"no credential of {host!a} goes with a certificate; hume-central agents list says which do")
    print(f"the credential of {visible(host)} goes with the client certificate that comes with it next")
    return Exit.OK


def _waiting(chosen: Config) -> list[enrol.RequestView]:
    try:
        found = centralhere.write(chosen, lambda connection: enrolling.requests(connection, "pending"))
    except UnavailableError:
        return centralhere.running(chosen).fetch("enrolments", enrol.RequestPage, {"state": "pending"}).items
    return [enrolments.view(one) for one in found]


def _every(connection: sa.Connection) -> list[questions.Agent]:
    found: list[questions.Agent] = []
    after: str | None = None
    while True:
        page = questions.find(connection, questions.Filter(), _PAGE, after)
        found += page.rows
        if page.next is None:
            return found
        after = page.next
