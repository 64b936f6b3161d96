# SPDX-License-Identifier: MIT
"""How an alert stands and what became of telling it, in words that terminals and pages share. Pure; still untrusted."""

from humeops import moments, spans
from humeops.api.alertschemas import AlertView, TellingView
from humeops.central.alerts import telling
from humeops.central.alerts.telling import Telling


def of(view: AlertView, now_ns: int) -> str:
    """Return who has it in hand or what keeps it quiet, and who was told of it, or was not."""
    if view.state == "waiting":
        return "not told yet: it has to last, or to come again"
    told = "; ".join(_told(one, now_ns) for one in view.tellings)
    again = f"repeated {view.reminders} time{'s' if view.reminders != 1 else ''}" if view.reminders else ""
    parts = [_course(view, now_ns), told or _nobody(view, now_ns), again if view.state == "open" else ""]
    return "; ".join(part for part in parts if part)


def _told(one: TellingView, now_ns: int) -> str:
    when = moments.day_and_time(one.at, now_ns) if one.at is not None else ""
    through = tuple((channel, is_there) for channel, is_there in one.through)
    return telling.words(Telling(one.channel, one.kind, one.state, one.at, one.error, through), when)


def _course(view: AlertView, now_ns: int) -> str:
    if view.state == "closed" and view.closed_at is not None:
        told = ", which is about to be told" if view.next_at is not None else ""
        return f"over {moments.ago(view.closed_at, now_ns)}, after {spans.span(view.closed_at - view.since)}{told}"
    if view.taken_by:
        return f"taken by {view.taken_by}"
    if view.silenced_until is not None:
        return f"silenced until {moments.day_and_time(view.silenced_until, now_ns)}"
    if view.quieted_by:
        return f"kept quiet: {view.quieted_by}"
    if view.well_since is not None:
        return f"well since {moments.ago(view.well_since, now_ns)}, {'but it flaps' if view.flapping else 'told late'}"
    return "it flaps" if view.flapping else ""


def _nobody(view: AlertView, now_ns: int) -> str:
    """Return why there is no message."""
    if view.told_at is None:
        is_held = view.taken_by or view.silenced_until is not None or view.quieted_by
        return "nobody was told" if view.state != "open" or is_held else "about to be told"
    if not view.channels:
        return "nobody is to be told"
    # What was told so long ago that it is kept no more.
    return f"told to {', '.join(view.channels)} {moments.day_and_time(view.told_at, now_ns)}"
