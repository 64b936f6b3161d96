# SPDX-License-Identifier: MIT
"""`hume doctor`: what is wrong with this installation, and the command that mends it."""

import os
import sys

import click

from humeops import cells
from humeops.cli import options
from humeops.cli.doctor import checks, finding, report
from humeops.cli.doctor.gather import gather
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock


@click.command("doctor")
@click.option("--dir", "folder", metavar="DIR", help="The hume folder [what `hume` itself would use].")
@click.option(
    "-o", "--output", type=options.one_of("format", ("table", "json")), default="table", help="table or json."
)
def command(folder: str | None, output: str) -> int:
    """Say what is wrong with this installation, and the command that mends it.

    It looks, asks humed and central, and changes nothing.

    Exit status: 0 all is well, 1 warnings, 2 something is broken.
    """
    results = list(checks.judge(gather(folder, os.environ, SystemClock())))
    if output == "json":
        print(cells.to_json([{"check": result.check, **result.finding._asdict()} for result in results]))
    else:
        print("\n".join(report.draw(terminal_of(sys.stdout), results)))
    return finding.exit_status(results)
