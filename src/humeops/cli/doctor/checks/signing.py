# SPDX-License-Identifier: MIT
"""Does this host know whom to believe for signed scripts, and for how long still? Pure."""

from humeops import moments, spans
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.finding import Finding, broken, ok, warning

SOON_NS = 14 * spans.DAY
UPDATE = "hume signers update  # as root; systemctl enable --now hume-signers.timer does it every hour"
PUBLISH = "hume signers publish DIR  # by the admin who holds the key; then hume signers update, as root"


def signers_are_known(facts: Facts) -> Finding | None:
    """The lists can be relied on, and do not end soon."""
    found = facts.signing
    if found is None:
        return None
    if found.awaits:
        return warning("root_signers is there, and nothing that they signed: no signed script runs here", UPDATE)
    if found.complaint:
        return broken(f"no signed script runs here: {found.complaint}", "see docs/guide/signing.md")
    if found.until_ns is None:
        return ok("whom this host believes for signed scripts was brought by hand")
    left, day = found.until_ns - facts.wall_ns, moments.date_of(found.until_ns)
    what = f"version {found.version} of whom this host believes for signed scripts"
    if left <= 0:
        return broken(f"{what} was good until {day}: none runs any more", PUBLISH)
    if left < SOON_NS:
        return warning(f"{what} is good until {day}, for {spans.rough(left)} more", PUBLISH)
    return ok(f"{what} is good until {day}")
