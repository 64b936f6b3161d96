# SPDX-License-Identifier: MIT
"""What a rule changes in an event, compiled once to closures. Pure. Whether the event stays is humeops.daemon.rules.pacing's matter.

Each change tells what it did, for `hume rules test`; empty: nothing. What it leaves is always an acceptable event: what no longer
fits is left out and named in `cut`.
"""

from collections.abc import Callable

from humeops.daemon.rules import parsing, patterns, redacting
from humeops.event import MAX_CUT, MAX_DATA, MAX_TAGS, SEVERITY, Event, Level, Value

Change = Callable[[Event], str]
ROUTE = "route."


def compile_changes(rule: parsing.Rule) -> list[Change]:
    """Return what the rule changes, in the order it does so; raise PatternError for a pattern that is none."""
    changes: list[Change] = []
    if rule.level is not None:
        changes.append(_setting_level(rule.level))
    if rule.raise_ is not None:
        changes.append(_raising_level(rule.raise_))
    if rule.remove_tags:
        changes.append(_removing_tags(patterns.searcher(rule.remove_tags)))
    added = [*rule.add_tags, *([ROUTE + rule.route] if rule.route else [])]
    if added:
        changes.append(_adding_tags(added))
    if rule.set:
        changes.append(_setting_data(rule.set))
    if rule.redact:
        changes.append(_redacting(redacting.compile_redaction(rule.redact)))
    if rule.truncate is not None:
        changes.append(_truncating(rule.truncate))
    return changes


def _setting_level(level: Level) -> Change:
    def change(event: Event) -> str:
        before, event.level = event.level, level
        return f"level {before} → {level}" if before != level else ""

    return change


def _raising_level(level: Level) -> Change:
    set_level = _setting_level(level)
    return lambda event: set_level(event) if SEVERITY[event.level] < SEVERITY[level] else ""


def _removing_tags(is_unwanted: patterns.Search) -> Change:
    def change(event: Event) -> str:
        removed = [tag for tag in event.tags if is_unwanted(tag)]
        event.tags = [tag for tag in event.tags if tag not in removed]
        return f"tags removed: {', '.join(removed)}" if removed else ""

    return change


def _adding_tags(tags: list[str]) -> Change:
    def change(event: Event) -> str:
        new = [tag for tag in tags if tag not in event.tags]
        added = new[: max(0, MAX_TAGS - len(event.tags))]
        event.tags = [*event.tags, *added]
        if len(added) < len(new):
            note_cut(event, "tags")
        return f"tags added: {', '.join(added)}" if added else ""

    return change


def _setting_data(values: dict[str, Value]) -> Change:
    def change(event: Event) -> str:
        # Typed, since 1 and true are equal.
        differing = {key: value for key, value in values.items() if repr(event.data.get(key)) != repr(value)}
        merged = {**event.data, **differing}
        if len(merged) > MAX_DATA:
            note_cut(event, "data")
        event.data = dict(list(merged.items())[:MAX_DATA])
        done = [key for key in differing if key in event.data]
        return f"data set: {', '.join(done)}" if done else ""

    return change


def _redacting(redact: redacting.Redact) -> Change:
    return lambda event: "redacted" if redact(event) else ""


def _truncating(most: int) -> Change:
    def change(event: Event) -> str:
        if len(event.message) <= most:
            return ""
        event.message = event.message[: most - 1] + "…"
        note_cut(event, "message")
        return f"message cut to {most} characters"

    return change


def note_cut(event: Event, member: str) -> None:
    """Say that something of this member was left out."""
    if member not in event.cut and len(event.cut) < MAX_CUT:
        event.cut = [*event.cut, member]
