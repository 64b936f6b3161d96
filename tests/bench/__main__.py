# SPDX-License-Identifier: MIT
"""`python -m tests.bench [NAME...] [SIZE=NUMBER...] [--write]`: measure, print, and with --write put it into the reference page.

Without a name: all but the large ones, which take minutes and want a quiet machine. Sizes are those that a benchmark's
`measure` takes.
"""

import inspect
import os
import sys
from collections.abc import Callable

from tests.bench import (
    access,
    acks,
    agents,
    client,
    cost,
    embedded,
    filled,
    large,
    latency,
    live,
    lost,
    machine,
    path,
    report,
    rules,
    run,
    runs,
    seeing,
    transports,
    watches,
)

Measure = Callable[..., report.Table]

BENCHES: dict[str, Measure] = {
    "machine": machine.measure,
    "client": client.measure,
    "run": run.measure,
    "acks": acks.measure,
    "transports": transports.measure,
    "path": path.measure,
    "runs": runs.measure,
    "lost": lost.measure,
    "rules": rules.measure,
    "access": access.measure,
    "watches": watches.measure,
}
LARGE: dict[str, Measure] = {
    "large": large.measure,
    "cost": cost.measure,
    "embedded": embedded.measure,
    "latency": latency.measure,
    "live": live.measure,
    "seeing": seeing.measure,
    "agents": agents.measure,
    "filled": filled.measure,
}


def main(arguments: list[str]) -> int:
    """Measure what is named, or all but the large ones; return 64 for a name or a size that does not exist."""
    known = {**BENCHES, **LARGE}
    sizes = {name: number for name, is_size, number in (word.partition("=") for word in arguments) if is_size}
    names = [word for word in arguments if not word.startswith("-") and "=" not in word] or list(BENCHES)
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 64
    for name in names:
        if wrong := [size for size in sizes if size not in _sizes(known[name]) or not sizes[size].isdigit()]:
            print(f"{name} takes {_spelled(_sizes(known[name])) or 'no sizes'}, and not {wrong[0]!r}", file=sys.stderr)
            return 64
    tables = []
    for name in names:
        chosen = {**_sizes(known[name]), **{size: int(number) for size, number in sizes.items()}}
        again = " ".join(["python -m tests.bench", name, _spelled(chosen)]).strip()
        print(f"measuring {name}; again: {again}; load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        tables.append(known[name](**chosen))
        print(tables[-1].as_markdown(), flush=True)
    if "--write" in arguments:
        report.write_page(tables)
    return 0


def _sizes(measure: Measure) -> dict[str, int]:
    return {name: one.default for name, one in inspect.signature(measure).parameters.items()}


def _spelled(sizes: dict[str, int]) -> str:
    return " ".join(f"{name}={number}" for name, number in sizes.items())


sys.exit(main(sys.argv[1:]))
