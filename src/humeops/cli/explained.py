# SPDX-License-Identifier: MIT
"""What explains a run, beside its timeline: what was unusual, its numbers, its children, the end of its output. Pure.

Each part yields nothing where there is nothing to tell.
"""

from collections.abc import Iterator

from humeops import amounts, moments, spans, visible
from humeops.api.schemas import EventView, OutlookView, RunDetail, RunView
from humeops.cli import looks, page, phrases
from humeops.cli.stretches import bar_of
from humeops.cli.terminal import Terminal

_NAME_MOST = 32
_PROGRESS_BAR = 20
_OUTPUT_LINES = 40  # of a screen; --all and the formats for programs have all that was kept


def outlook(terminal: Terminal, detail: RunDetail, now_ns: int) -> Iterator[str]:
    """Yield how far a running run is, and when it will likely be through; of any other when its task is expected again."""
    if detail.run.state != "running":
        if detail.expected_at is not None:
            when = f"{moments.day_and_time(detail.expected_at, now_ns)} ({moments.ahead(detail.expected_at, now_ns)})"
            yield terminal.paint(f"the next start is expected {when}", "dim")
        return
    parts = []
    if detail.run.progress is not None:
        done, total = detail.run.progress
        share = min(1.0, done / total) if total else 0.0
        bar = bar_of(share, _PROGRESS_BAR, terminal.unicode)
        parts.append(f"{terminal.paint(bar, 'cyan')}{'.' * (_PROGRESS_BAR - visible.width(bar))} {share:.0%}")
    if detail.outlook is not None:
        parts.append(_expected(detail.outlook, now_ns))
    if parts:
        yield "  ".join(parts)


def findings(terminal: Terminal, detail: RunDetail) -> Iterator[str]:
    """Yield what was unusual, a sentence each, and beside how many runs."""
    if not detail.findings:
        return
    runs = f" (beside {phrases.plural(detail.usual.runs, 'good run')})" if detail.usual else ""
    yield from page.heading(terminal, f"unusual{runs}")
    for finding in detail.findings:
        prefix = f"{page.INDENT}{terminal.paint('!', 'yellow bold')} "
        yield from page.wrapped(terminal, terminal.text(finding.sentence), prefix, len(page.INDENT) + 2)


def numbers(terminal: Terminal, detail: RunDetail) -> Iterator[str]:
    """Yield the numbers the run told of itself, each beside its usual value."""
    if not detail.data:
        return
    yield from page.heading(terminal, "data")
    names = [terminal.cut(terminal.text(number.key), _NAME_MOST) for number in detail.data]
    values = [terminal.text(amounts.amount(number.value, number.unit)) for number in detail.data]
    column, room = max(map(visible.width, names)), max(map(visible.width, values))
    for number, name, value in zip(detail.data, names, values, strict=True):
        usual = ""
        if number.usual is not None:
            text = f"{'! ' if number.unusual else ''}usually {terminal.text(amounts.amount(number.usual, number.unit))}"
            usual = "  " + terminal.paint(text, "yellow bold" if number.unusual else "dim")
        pad_name, pad_value = " " * (column - visible.width(name)), " " * (room - visible.width(value))
        yield f"{page.INDENT}{name}{pad_name}  {pad_value}{value}{usual}"


def children(terminal: Terminal, detail: RunDetail, now_ns: int) -> Iterator[str]:
    """Yield the runs that were started within it, each below the one it was started in."""
    if not detail.children:
        return
    yield from page.heading(terminal, "started within it")
    known = {child.id for child in detail.children}
    for child in detail.children:
        if child.parent not in known:
            yield from _family(terminal, detail.children, child, now_ns, 1, set())
    if detail.more_children:
        yield terminal.paint(f"{page.INDENT}{terminal.ellipsis} and more", "dim")


def output(terminal: Terminal, detail: RunDetail) -> Iterator[str]:
    """Yield the end of what the command wrote, every character visible."""
    if not detail.output:
        return
    lines = detail.output.rstrip("\n").split("\n")
    shown = lines[-_OUTPUT_LINES:] if terminal.live else lines
    left_out = f", the last {len(shown)} of {len(lines)} lines" if len(shown) < len(lines) else ""
    yield from page.heading(terminal, f"the end of its output{left_out}")
    bar = "│" if terminal.unicode else "|"
    for line in shown:
        prefix = f"{page.INDENT}{terminal.paint(bar, 'dim')} "
        yield from page.wrapped(terminal, terminal.text(line.rstrip("\r")), prefix, len(page.INDENT) + 2)


def links(terminal: Terminal, detail: RunDetail, now_ns: int) -> Iterator[str]:
    """Yield what was said of it without being part of it: after its end, or by somebody who may not report to it."""
    if not detail.links:
        return
    yield from page.heading(terminal, "said of it afterwards")
    for event in detail.links:
        lead = f"{page.INDENT}{moments.day_and_time(event.time, now_ns)}  {_word(event)}  "
        text = terminal.text(phrases.said(event))
        yield from page.wrapped(terminal, text, terminal.paint(lead, "dim"), len(lead))


def _expected(outlook: OutlookView, now_ns: int) -> str:
    why = "by its progress" if outlook.by == "progress" else "as it usually takes"
    left = outlook.ends_at - now_ns
    if left <= 0:
        return f"should have been through {spans.span(-left)} ago, {why}"
    return f"likely through in {spans.span(left)}, {why}"


def _family(
    terminal: Terminal, all_of_them: list[RunView], run: RunView, now_ns: int, depth: int, above: set[str]
) -> Iterator[str]:
    yield _child(terminal, run, now_ns, depth)
    # A parent is what a host says; a circle must not be walked for ever.
    for child in all_of_them:
        if child.parent == run.id and child.id not in above:
            yield from _family(terminal, all_of_them, child, now_ns, depth + 1, above | {run.id})


def _child(terminal: Terminal, run: RunView, now_ns: int, depth: int) -> str:
    if run.duration is not None:
        took = f"took {spans.span(run.duration)}"
    else:
        took = f"running for {spans.span(now_ns - run.started_at)}"
    badge = looks.badge(terminal, run.state, looks.WORD_COLUMNS + 2)
    text = f"{run.task}  {took}  run {run.short}" + (f"  {run.reason}" if run.reason else "")
    indent = page.INDENT * depth
    return f"{indent}{badge}  {terminal.cut(terminal.text(text), page.width(terminal) - len(indent) - looks.WORD_COLUMNS - 4)}"


def _word(event: EventView) -> str:
    return f"{event.task} {phrases.what(event)}" if event.task else phrases.what(event)
