# SPDX-License-Identifier: MIT
"""`hume login`: signs in to a central elsewhere, once; every verb then finds it by the profile's name."""

import os
import sys

import click

from humeops.api import overviews
from humeops.cli import client, options, profiles
from humeops.wire import clear

_MOST = 1_000


@click.command("login")
@click.argument("url", metavar="URL", type=options.filled)
@click.option(
    "--profile", "name", default=profiles.DEFAULT, metavar="NAME", help="Under which name (default: default)."
)
def command(url: str, name: str) -> int:
    """Keep the address of a central and a token for it, which is read from standard input and tried first."""
    path = profiles.place(os.environ)
    if not profiles.NAME.fullmatch(name):
        raise profiles.ProfileError(f"{name!a} is no name for a profile: letters, digits, _ and -")
    client.check_address(url)
    if clear.is_in_the_clear(url):
        raise profiles.ProfileError(f"{url}: {clear.MEND_LOGIN}")
    token = _token()
    if not client.TOKEN.fullmatch(token):
        raise profiles.ProfileError(
            "no token on standard input: one word of ASCII characters, as in: hume login URL < token"
        )
    client.Central(url, token).fetch("states", overviews.StateCounts)
    profiles.put(path, name, profiles.Profile(url.rstrip("/"), token))
    print(f"signed in to {url}, as profile {name}", file=sys.stderr)
    return 0


def _token() -> str:
    if sys.stdin.isatty():
        # Not shown while it is typed.
        return str(click.prompt("token", hide_input=True, err=True)).strip()
    return sys.stdin.readline(_MOST).strip()
