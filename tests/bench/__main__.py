# SPDX-License-Identifier: MIT
"""`python -m tests.bench [NAME...] [--write]`: measure, print, and with --write put it into docs/reference/benchmarks.md."""

import sys

from tests.bench import acks, client, machine, path, report, run, runs

BENCHES = {
    "machine": machine.measure,
    "client": client.measure,
    "run": run.measure,
    "acks": acks.measure,
    "path": path.measure,
    "runs": runs.measure,
}


def main(arguments: list[str]) -> int:
    """Measure what is named, or all; return 64 for a name that does not exist."""
    names = [word for word in arguments if not word.startswith("-")] or list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 64
    tables = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr)
        tables.append(BENCHES[name]())
        print(tables[-1].as_markdown(), flush=True)
    if "--write" in arguments:
        report.write_page(tables)
    return 0


sys.exit(main(sys.argv[1:]))
