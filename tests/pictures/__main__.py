# SPDX-License-Identifier: MIT
"""Pictures of every page, light and dark and as wide as a phone: `python -m tests.pictures FOLDER [NAME…]`.

A name is that of a page (`run`) or of a picture (`run-dark`); without one all are made.

A central of its own with four weeks of runs (`past`) and what real scripts say meanwhile; nothing else is touched, nothing stays.
"""

import pathlib
import sys
import urllib.parse
from typing import Literal

import msgspec
import playwright.sync_api

from humeops.central.store import schema
from humeops.central.store.sqlitefile import SqliteDatabase
from humeops.clock import SystemClock
from tests.browser import conftest as browser
from tests.fixtures import browsing, processes
from tests.fixtures.asking import Caller, owner_of
from tests.pictures import past

LOOKS: dict[str, tuple[Literal["light", "dark"], int]] = {
    "light": ("light", 1240),
    "dark": ("dark", 1240),
    "phone": ("light", 390),
}
HEIGHT = 860
ABOUT = {
    "host": "db1",
    "task": "backup",
    "description": "Every night a dump of the shop's database,\nkept for four weeks.",
    "owner": "the storage team",
    "runbook": "https://wiki.example.net/backup",
    "tags": ["team-storage", "urgent"],
}
FAILS = """#!/bin/sh
hume start restore-test --tags cron,db --cron "15 3 * * *" --tz Europe/Madrid --grace 30m --max 2h
hume flag archive-fetched
hume warn "only three days left on tape"
hume set restored_bytes=73400320 --unit bytes
LINENO=41 hume error "pg_restore returned 1"
hume stop 1
"""
RUNS = """#!/bin/sh
hume start mirror-sync --tags cron --every 6h --grace 1h
hume flag list-fetched
hume progress 3/12
hume info "1,204 of 4,816 files"
sleep 600
"""


def main(folder: pathlib.Path, wanted: list[str]) -> None:
    """Make the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with processes.installation() as made:
        database = SqliteDatabase(made.layout.database)
        schema.upgrade(database)
        past.fill(database, SystemClock().wall_ns())
        database.close()
        made.start_central("--agent-host", "backup1")
        made.start_humed()
        running = [made.start_command(_script(made, name, text)) for name, text in (("f", FAILS), ("r", RUNS))]
        with owner_of(made) as owner:
            processes.wait_until(
                lambda: (
                    len(owner.get("/api/v1/runs?task=mirror-sync").body["items"]) == 1
                    and owner.get("/api/v1/runs?task=restore-test&state=failed").body["items"]
                ),
                "the scripts are heard",
            )
            said = owner.call("PUT", "/api/v1/about", msgspec.json.encode(ABOUT))
            assert said.status == 200, said.body
            paths = _paths(owner)
        _shoot(made, folder, paths, wanted)
        for process in running:
            process.kill()


def _script(made: processes.Installation, name: str, text: str) -> str:
    path = made.root / name
    path.write_text(text)
    path.chmod(0o755)
    return f"exec {path}"


def _paths(owner: Caller) -> dict[str, str]:
    run = owner.get("/api/v1/runs?q=state:failed+task:backup+host:db1").body["items"][0]
    open_run = owner.get("/api/v1/runs?task=mirror-sync").body["items"][0]
    event = owner.get("/api/v1/events?level=error").body["items"][0]

    def ask(path: str, **given: str) -> str:
        return f"{path}?{urllib.parse.urlencode(given)}"

    return {
        "now": "/",
        "now-tag": "/?by=tag",
        "task": ask("/task", host="db1", task="backup"),
        "run": f"/run/{run['id']}",
        "running": f"/run/{open_run['id']}",
        "hosts": "/hosts",
        "host": ask("/host", name="db1"),
        "events": ask("/events", q="since:28d"),
        "event": f"/event/{event['id']}",
        "data": "/data",
        "datum": ask("/datum", host="db1", task="backup", key="backup_bytes"),
        "alerts": "/alerts",
        "silences": "/silences",
        "channels": "/channels",
        "watches": "/watches",
        "watch": ask("/watch", host="backup1", task="restore-test"),
        "scripts": "/scripts",
        "audit": "/audit",
        "you": "/you",
        "wrong": ask("/events", q="levl:error"),
        "empty": ask("/events", q="host:nowhere"),
    }


def _shoot(made: processes.Installation, folder: pathlib.Path, paths: dict[str, str], wanted: list[str]) -> None:
    url = made.layout.central_url.read_text().strip()
    with playwright.sync_api.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser.find_chromium(), args=browser.QUIET)
        for look, (scheme, width) in LOOKS.items():
            with chromium.new_context(
                color_scheme=scheme, viewport={"width": width, "height": HEIGHT}, device_scale_factor=1
            ) as context:
                page = context.new_page()
                page.goto(url + browsing.make_link(made))
                for name, path in paths.items():
                    if wanted and not {name, f"{name}-{look}"} & {*wanted}:
                        continue
                    page.goto(url + path)
                    page.wait_for_timeout(400)
                    page.screenshot(path=folder / f"{name}-{look}.png")
        chromium.close()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
