# SPDX-License-Identifier: MIT
"""Does central answer, and does it know this host and this person? Pure."""

import shlex
import urllib.parse

from humeops.cli.doctor.facts import Facts, Server
from humeops.cli.doctor.finding import Finding, broken, ok, warning
from humeops.visible import visible

CERTIFICATE = "client certificate"  # what central says of a credential that goes with one (humeops.api.certificates)
_TRIES_LATER = "events wait here until there is"


def central_answers(facts: Facts) -> Finding | None:
    """Central is named and answers."""
    central = facts.central
    if facts.config is not None and not facts.config.central.forward:
        return None  # there is none to be
    if not central.url and (facts.config is None or facts.daemon.answer == "denied"):
        return None  # somebody else's humed: he knows
    if facts.reports_to_redis and not central.url:
        return None  # whether its Redis answers, humed itself tells
    if not central.url and facts.places.why == "HUME_ENDPOINT" and _forwards(facts):
        return None  # its settings may lie elsewhere; what goes wrong on the way, it tells itself
    if not central.url:
        return warning(f"no central is named: {_TRIES_LATER}", facts.name_central)
    if central.alive is None or central.alive.status == 200:
        return _answers_elsewhere(central) if central.silent else ok(f"central answers at {central.url}")
    why = central.alive.problem or f"status {central.alive.status}"
    return broken(f"central at {central.url} does not answer ({why}): {_TRIES_LATER}", _start(facts))


def _answers_elsewhere(central: Server) -> Finding:
    silent = ", ".join(f"{url} ({why})" for url, why in central.silent)
    return warning(
        f"central answers at {central.url}, but not at {silent}: events go where it answers",
        f"curl -v {shlex.quote(central.silent[0][0].rstrip('/') + '/healthz')}",
    )


def credential_is_accepted(facts: Facts) -> Finding | None:
    """Central takes what this host reports."""
    reported = facts.central.reported
    if facts.central.lacks_credential and facts.config is not None:
        return broken(f"there is no credential in {facts.config.credential_file}: {_TRIES_LATER}", _give(facts))
    if reported is None or facts.config is None:
        return None
    path = facts.config.credential_file
    match reported.status:
        case 400:
            return ok("central accepts this host's credential")
        case 401:
            return broken(f"central does not know the credential in {path}: it is wrong or was revoked", _renew(facts))
        case 403 if CERTIFICATE in reported.problem:
            return broken(f"central does not take the credential in {path}: {visible(reported.problem)}", _show(facts))
        case 403:
            return broken(f"the credential in {path} may not report: it is not an agent's", _renew(facts))
        case 0 | 429 | 503:
            return None  # it is busy, or just went away: no word about the credential
        case status:
            return warning(
                f"central at {facts.central.url} answers a report with status {status}",
                f"curl -i {facts.central.url}/readyz",
            )


def credential_is_here_alone(facts: Facts) -> Finding | None:
    """No other humed reports with this host's credential."""
    if not (facts.central.copied_to or (facts.daemon.picture or {}).get("copied") is True):
        return None
    # Central told humed that it is so; of which machines, it tells people who may ask.
    machines = ", ".join(map(visible, dict.fromkeys(facts.central.copied_to)))
    which = f" ({machines})" if machines else ""
    return warning(
        f"two humeds report with this host's credential{which}: it was copied or stolen, and the other one can say anything here",
        "hume enroll --rotate  # leaves the other one outside; a copy of this machine then needs a token of its own",
    )


def person_is_accepted(facts: Facts) -> Finding | None:
    """Central answers this person's questions."""
    asked = facts.central.asked
    if asked is None:
        return None
    if asked.status == 200:
        return ok("central accepts your token")
    return warning(f"you cannot ask central: {asked.problem}", "export HUME_TOKEN=...")


def _forwards(facts: Facts) -> bool:
    """Tell whether the humed that was asked has had a receipt of central."""
    picture = facts.daemon.picture or {}
    return facts.daemon.answer == "yes" and bool(picture.get("forwards")) and picture.get("last_ack_at") is not None


def _is_local(url: str) -> bool:
    return urllib.parse.urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _is_elsewhere(facts: Facts) -> bool:
    """Tell whether this host reports to a central that makes it no credential: it was enrolled, and is so again."""
    return not _is_local(facts.central.url) or facts.central.is_elsewhere


def _start(facts: Facts) -> str:
    if not _is_local(facts.central.url):
        return f"curl -v {shlex.quote(facts.central.url + '/healthz')}"
    return facts.start_central


def _renew(facts: Facts) -> str:
    if facts.places.is_system or _is_elsewhere(facts):
        return _give(facts)
    path = facts.config.credential_file if facts.config else ""
    return f"mv {path} {path}.old; {_give(facts)}"


def _show(facts: Facts) -> str:
    return f"${{EDITOR:-vi}} {facts.settings}  # client_cert, client_key in [central]; or at central: hume-central agents unbind HOST"


def _give(facts: Facts) -> str:
    if facts.central.url and _is_elsewhere(facts):
        return f"hume enroll {shlex.quote(facts.central.url)}  # asks for a token of: hume-central enroll-token HOST"
    if facts.places.is_system:
        path = facts.config.credential_file if facts.config else ""
        return f"install -m 0600 -o hume /var/lib/hume-central/agent-token {path}"
    # Central makes a new one at its start.
    return facts.start_central + ("" if facts.daemon.supervisor else "  # stop the hume-central that runs first")
