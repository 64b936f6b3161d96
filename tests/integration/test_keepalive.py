# SPDX-License-Identifier: MIT
"""What central knows of how a humed fares: told with batches and alone, shown by `hume hosts`, the API and the page."""

import json

import humeops
from tests.fixtures.processes import wait_until


def hosts(installed, *words):
    return json.loads(installed.hume("hosts", "-o", "json", *words).stdout or "[]")


def test_central_is_told_how_a_humed_fares_and_shows_it(installed):
    installed.start_central()
    installed.start_humed()
    installed.hume("start", "backup")

    wait_until(lambda: any("health" in one for one in hosts(installed)), "it was told")

    [agent] = hosts(installed)
    host = agent["host"]
    assert agent["health"]["version"] == humeops.__version__
    table = installed.hume("hosts", f"{host[:1]}*").stdout
    assert host in table
    assert humeops.__version__ in table
    assert hosts(installed, "no-such-*") == []
    assert installed.hume("hosts", "no-such-*").stderr == "no such host\n"
