# SPDX-License-Identifier: MIT
"""One sentence for each trouble, made from facts: "exit 3 at line 41, after db-dumped". Pure.

The same sentence stands on the terminal, in the API and in alerts; nobody words it anew. Its parts always stand in one
order: what happened, where (line, file, command), after which flag, and behind a colon what was said of it.
"""

from humeops import signals, spans
from humeops.central.fold import Said, Summary, elapsed
from humeops.event import Event

MAX_QUOTE = 120
_MAX_COMMAND = 60


def of_run(summary: Summary) -> str:
    """Return why this run is not well; empty when it is, or still runs."""
    match summary.state:
        case "failed":
            return _ended(summary, "failed")
        case "warning":
            return _warned(summary)
        case "lost" if summary.gone:
            return _lost(summary, summary.gone)
        case _:
            return ""


def of_word(event: Event) -> str:
    """Return why a task is not well, of which this was said outside of any run; empty when it says that all is well."""
    if event.kind != "stop":
        return "" if event.level == "ok" else _quote(event.message) or event.level
    if event.outcome == "ok":
        return ""
    what = _what(event.status, event.signal, "failed" if event.outcome == "failed" else "ended with a warning")
    where = f" at line {event.origin.line}" if event.origin.line else ""
    return _sentence(what, where, ", without a start", event.message)


def _ended(summary: Summary, otherwise: str) -> str:
    stop = summary.stop
    what = _what(stop.status, stop.rare.signal, otherwise) if stop else otherwise
    where = _where(stop if stop and stop.line else summary.error)
    command = f" ({_quote(stop.rare.command, _MAX_COMMAND)})" if stop and stop.rare.command else ""
    return _sentence(what, where + command, _after(summary), stop.message if stop else "")


def _lost(summary: Summary, gone: Said) -> str:
    # Given up is not dead: humed only stopped looking.
    what = "no longer watched" if gone.rare.cause == "unwatched" else "died"
    after, where = f" after {summary.flag.flag}" if summary.flag else "", _where(summary.last)
    place = f"{after},{where}" if after and where else after + where
    return _sentence(what, place, _silence(summary, gone), _known_of(gone))


def _silence(summary: Summary, gone: Said) -> str:
    """Return how long the run had been silent; nothing where only the clock of another boot tells, or it spoke on."""
    last = summary.last
    if last is None or not last.boot or last.boot != gone.boot or last.mono > gone.mono:
        return ""
    return f", {spans.rough(elapsed(last, gone))} after its last event"


def _known_of(gone: Said) -> str:
    if gone.message:
        return gone.message
    return {"reboot": "the host was restarted", "unwatched": "humed has too many open runs"}.get(gone.rare.cause, "")


def _warned(summary: Summary) -> str:
    levels = summary.levels
    counts = [
        _count(levels.get("critical", 0) + levels.get("error", 0), "error"),
        _count(levels.get("warning", 0), "warning"),
    ]
    said = " and ".join(count for count in counts if count)
    if not said or summary.grumble is None:
        return _ended(summary, "ended with a warning")
    last = _quote(summary.grumble.message)
    if not last:
        return said
    return f"{said}: {last}" if said.startswith("1 ") and " and " not in said else f"{said}, the last: {last}"


def _what(status: int | None, signal: int | None, otherwise: str) -> str:
    if signal:
        return f"killed by {signals.name_of(signal)}"
    return f"exit {status}" if status else otherwise


def _where(said: Said | None) -> str:
    if said is None or not said.line:
        return ""
    return (
        f" at line {said.line} of {_quote(said.rare.file, _MAX_COMMAND)}" if said.rare.file else f" at line {said.line}"
    )


def _after(summary: Summary) -> str:
    return f", after {summary.flag.flag}" if summary.flag else ""


def _sentence(what: str, where: str, after: str, said: str) -> str:
    return f"{what}{where}{after}: {_quote(said)}" if said else f"{what}{where}{after}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


def _quote(text: str, most: int = MAX_QUOTE) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
