# SPDX-License-Identifier: MIT
"""No page has anything that axe finds wrong, in light and dark, wide and narrow; and each is complete without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.fixtures import browsing
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.events import a_run, say
from tests.fixtures.processes import wait_until


@pytest.fixture
def paths(desk, installed):
    """Fill the pages, and return their addresses."""
    with agent_of(installed) as agent:
        good = [event for at in range(6) for event in a_run(say("flag", at * 100 + 5, flag="dumped"), begins=at * 100)]
        bad = a_run(
            say("log", 910, level="error", message="tar returned 2", line=41),
            say("data", 911, data={"dump_bytes": 70_900_000_000, "rows": 7}),
            begins=900,
            ends=930,
            status=3,
            outcome="failed",
        )
        for number, event in enumerate([good[0], bad[0]]):
            event.origin.script, event.origin.sha256 = "/usr/local/sbin/backup.sh", f"{number}" * 64
        told = {"signature": "revoked", "script": "/usr/local/sbin/purge.sh", "script_sha256": "0" * 64}
        refused = say("log", 940, task="purge", level="error", data=told)
        assert agent.send(*good, *bad, refused, say("log", 950)).status == 200
        many = [say("log", 960 + number, task=f"many{number:03}", tags=["many"]) for number in range(120)]
        assert agent.send(*many, epoch="many").status == 200
    installed.hume("about", "backup", "--tag", "urgent", "--owner", "the team", "--runbook", "https://wiki.example/b")
    installed.hume("watch", "add", "db1:copy", "--every", "1s", "--grace", "1s")
    installed.hume("silence", "task:copy", "--for", "2h", "--why", "moving disks")
    with owner_of(installed) as owner:
        wait_until(lambda: owner.get("/api/v1/alerts?state=open").body["items"], "it is an alert")
        run = owner.get("/api/v1/runs?q=state:failed").body["items"][0]
    place = f"host={run['host']}&task={run['task']}"
    return [
        "/",
        "/?by=task",
        "/?by=tag",
        "/?q=tag:many&all=true",
        "/?q=host:nowhere",
        "/hosts",
        f"/host?name={run['host']}",
        f"/task?{place}",
        f"/run/{run['id']}",
        "/events",
        "/events?q=since:2026-11-20",
        f"/event/{run['id']}",
        "/data",
        "/watches",
        "/watch",
        f"/watch?{place}",
        "/scripts",
        "/scripts?q=signature:changed",
        "/alerts",
        "/alerts?show=history",
        "/alert/1",
        "/silences",
        "/channels",
        "/you",
        "/audit",
        "/signin",
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1240)])
def test_axe_finds_nothing(desk, paths, scheme, width):
    desk.page.emulate_media(color_scheme=scheme)
    desk.page.set_viewport_size({"width": width, "height": 900})

    found = {}
    for path in paths:
        desk.open(path)
        result = Axe().run(desk.page)
        if result.violations_count:
            found[path] = result.generate_report()

    assert found == {}


def test_everything_is_there_without_javascript(chromium, installed, desk, paths):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(desk.url + browsing.make_link(installed))
        for path in paths:
            page.goto(desk.url + path)
            assert page.locator("main").inner_text().strip(), path
        page.goto(desk.url + next(path for path in paths if path.startswith("/run/")))

        assert page.get_by_text("tar returned 2").count()
        assert page.locator("svg.timeline rect").count()
