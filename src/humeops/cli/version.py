# SPDX-License-Identifier: MIT
"""`hume version`: which hume this is."""

import platform

import click

import humeops


@click.command("version")
def command() -> int:
    """Say which hume this is."""
    click.echo(f"hume {humeops.__version__} (Python {platform.python_version()})")
    return 0
