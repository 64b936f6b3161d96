# SPDX-License-Identifier: MIT
"""Damage deep in central's database, which its start does not come by: who asks or reports is told so, and nothing is lost."""

import contextlib
import json
import sqlite3

import urllib3

from tests.fixtures import eset
from tests.fixtures.processes import wait_until

WORDS = "central's database does not work: its operator finds the reason in central's log"


def ruin(path, table):
    with contextlib.closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def test_damage_is_a_503_in_one_sentence_and_humed_keeps_its_events(installed):
    central = installed.start_central()
    central.terminate()
    central.wait(timeout=20)
    ruin(installed.layout.database, "event")
    installed.start_central()
    installed.start_humed()
    assert installed.hume("--strict", "info", "-t", "t", "kept").returncode == 0

    url = installed.layout.central_url.read_text().strip()
    token = installed.layout.person_token.read_text().strip()
    answer = urllib3.request("GET", f"{url}/api/v1/events", headers={"Authorization": f"Bearer {token}"}, retries=False)

    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(answer.data)["detail"] == WORDS
    assert "the database fails" in (installed.root / "central.stderr").read_text()
    wait_until(lambda: "HTTP 503" in str(eset.queue(installed)["last_error"]), "humed is put off")
    assert eset.queue(installed)["depth"] == 1
