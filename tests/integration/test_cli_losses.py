# SPDX-License-Identifier: MIT
"""From a spool over its cap to the people who look: what was given up is said by every verb that should, and adds up."""

import json
import re

import pytest

from tests.fixtures import processes


@pytest.fixture
def installed():
    with processes.installation() as made:
        yield made


def test_what_a_cap_cost_is_seen_on_the_host_and_centrally(installed):
    installed.layout.daemon_config.write_text("[spool]\nmax_bytes = 1048576\n")
    installed.start_humed()
    text = "x" * 8_000
    for number in range(200):
        installed.hume("info", "-t", "flood", f"{number} {text}")
    processes.wait_until(lambda: "dropped" in installed.hume("queue", "-o", "json").stdout, "humed counts")

    local = json.loads(installed.hume("queue", "-o", "json").stdout)
    lost = local["dropped"]["spool over its size"]
    assert lost > 0
    assert f"given up     {lost} events: spool over its size" in installed.hume("queue").stdout
    doctor = {one["check"]: one for one in json.loads(installed.hume("doctor", "-o", "json").stdout)}
    assert f"{lost}: spool over its size" in doctor["dropped"]["found"]

    installed.start_central()
    installed.hume("info", "-t", "flood", "the last one")
    processes.wait_until(
        lambda: json.loads(installed.hume("queue", "-o", "json").stdout)["depth"] == 0, "all forwarded"
    )

    status = installed.hume("status")
    assert status.returncode == 1
    assert f"▲ {lost} events lost: spool over its size" in status.stdout
    told = installed.hume("events", "--kind", "loss", "--columns", "said", "-o", "csv", "--limit", "1000").stdout
    assert sum(map(int, re.findall(r"^(\d+) events? lost: spool over its size \(number", told, re.MULTILINE))) == lost
    kept = installed.hume("events", "--task", "flood", "--columns", "id", "-o", "ndjson", "--limit", "1000").stdout
    assert len(kept.splitlines()) + lost == 201


def test_a_value_of_a_host_is_got_through_central(installed):
    installed.start_central()
    installed.start_humed()
    installed.hume("set", "-t", "backup", "rows=42", "ok=true")
    host = json.loads(installed.hume("queue", "-o", "json").stdout)["host"]
    processes.wait_until(lambda: installed.central_rows("SELECT 1 FROM datum WHERE key = 'ok'"), "central has it")

    assert (got := installed.hume("get", f"{host}:backup/rows")).stdout == "42\n", got.stderr
    assert installed.hume("get", f"{host}/ok").stdout == "true\n"
    assert installed.hume("get", f"{host}:backup/nothing").returncode == 1
    other = installed.hume("get", "another-host/rows")
    assert (other.returncode, other.stdout, other.stderr) == (1, "", "")
