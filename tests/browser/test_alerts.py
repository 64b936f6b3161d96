# SPDX-License-Identifier: MIT
"""Alerts and watches in a real browser: seen, taken, silenced, and the silence ended; a channel tested."""

import pytest
from playwright.sync_api import expect

from tests.fixtures.asking import owner_of
from tests.fixtures.processes import wait_until

HOSTILE = "<img src=x onerror=document.title='taken'>"


@pytest.fixture
def failed(desk, installed):
    """A task has failed, and is an alert."""
    installed.hume("run", "-t", "backup", "--", "sh", "-c", "exit 3")
    with owner_of(installed) as owner:
        wait_until(lambda: owner.get("/api/v1/alerts").body["items"], "it is an alert")
        yield owner


def test_an_alert_is_seen_taken_and_its_course_read(desk, failed):
    desk.open("/alerts")
    expect(desk.page.get_by_text("exit 3")).to_be_visible()

    desk.page.get_by_role("button", name="take", exact=True).click()
    wait_until(lambda: failed.get("/api/v1/alerts?state=taken").body["items"], "it is taken")
    desk.open("/alerts?show=taken")
    expect(desk.page.get_by_text("taken by owner")).to_be_visible()
    desk.page.get_by_role("link", name="what became of it").click()

    expect(desk.page.get_by_role("heading", name="What became of it")).to_be_visible()
    expect(desk.page.get_by_role("cell", name="Raised")).to_be_visible()


def test_an_alert_is_silenced_from_its_line_and_the_silence_ended(desk, failed):
    page = desk.page
    desk.open("/alerts")
    page.get_by_role("link", name="silence", exact=True).click()
    assert "task:backup" in page.get_by_label("What").input_value()
    page.get_by_label("How long").fill("3h")
    page.get_by_label("Why").fill(HOSTILE)
    page.get_by_role("button", name="Silence", exact=True).click()
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    wait_until(lambda: failed.get("/api/v1/alerts?state=silenced").body["items"], "it is silenced")

    page.get_by_role("button", name="End the silence").click()

    expect(page.get_by_text("Nothing is silenced.")).to_be_visible()
    wait_until(lambda: failed.get("/api/v1/alerts?state=open").body["items"], "it is open again")
    assert "taken" not in page.title()


def test_what_cannot_be_meant_is_told_on_a_page(desk, failed):
    desk.open("/silences")
    desk.page.get_by_label("What").fill("hots:db1")
    desk.page.get_by_label("Why").fill("x")
    desk.page.get_by_role("button", name="Silence", exact=True).click()

    expect(desk.page.get_by_text("did you mean `host`")).to_be_visible()
    desk.complaints.clear()  # the browser notes the status 400


def test_what_fits_a_silence_is_said_while_it_is_typed(desk, failed):
    desk.open("/silences")
    desk.page.get_by_label("What").press_sequentially("task:backup")

    expect(desk.page.get_by_text("1 task fits it now")).to_be_visible()
    desk.page.get_by_text("Again and again").click()
    desk.page.get_by_label("When cron would begin it").fill("0 2 * * *")
    desk.page.get_by_label("Why").fill("patch night")
    desk.page.get_by_role("button", name="Check it first").click()
    expect(desk.page.get_by_text("It would hold from")).to_be_visible()
    assert desk.page.get_by_label("Why").input_value() == "patch night"


def test_a_watch_is_made_and_changed_on_its_page(desk, installed):
    desk.open("/watches")
    desk.page.get_by_role("link", name="expect something").first.click()
    desk.page.get_by_label("Task", exact=True).fill("copy")
    desk.page.get_by_label("Host or a pattern").fill("db1")
    desk.page.get_by_label("Every so long").fill("1d")
    desk.page.get_by_role("button", name="Expect this").click()
    expect(desk.page.get_by_role("heading", name="What is expected")).to_be_visible()
    desk.page.get_by_role("link", name="Change or pause it").click()
    desk.page.get_by_label("Expect nothing for").fill("2h")
    desk.page.get_by_role("button", name="Pause").click()

    expect(desk.page.locator(".title .state.paused")).to_be_visible()


def test_what_is_expected_is_listed_and_what_has_not_come_stands_first(desk, installed):
    installed.hume("watch", "add", "db1:copy", "--every", "1s", "--grace", "1s")
    installed.hume("watch", "add", "db1:vacuum", "--every", "6h")
    with owner_of(installed) as owner:
        wait_until(lambda: owner.get("/api/v1/watches?state=late").body["items"], "it is late")
    desk.open("/watches")

    expect(desk.page.get_by_role("table", name="Has not come").get_by_text("copy")).to_be_visible()
    expect(desk.page.get_by_role("table", name="Expected within the next day").get_by_text("vacuum")).to_be_visible()
    desk.page.keyboard.press("g")
    desk.page.keyboard.press("a")
    expect(desk.page.get_by_role("heading", name="Alerts")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1240])
def test_no_page_of_alerts_is_wider_than_its_window(desk, failed, installed, width):
    installed.hume("silence", f"task:{'x' * 60}", "--for", "2h", "--why", "moving " * 20)
    installed.hume("watch", "add", "db1:copy", "--every", "1d", "--limits", f"{'x' * 60} > 1")
    desk.page.set_viewport_size({"width": width, "height": 800})

    for path in (
        "/alerts",
        "/alert/1",
        "/silences",
        "/channels",
        "/watches",
        "/watch?host=db1&task=copy",
        "/alerts?show=history",
    ):
        desk.open(path)
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_on_a_telephone_a_watch_has_room_for_its_task_and_no_page_is_cut_off(desk, installed):
    installed.hume("watch", "add", "database-server-1:nightly-backup", "--cron", "15 3 * * *")
    installed.hume("watch", "add", "database-server-1:copies", "--every", "1d")
    desk.page.set_viewport_size({"width": 375, "height": 800})

    desk.open("/watches")

    room = desk.page.locator("table[aria-label='All watches'] tbody td").first.bounding_box()
    assert room["width"] > 110
    last = desk.page.locator("nav a").last.bounding_box()
    assert last["x"] + last["width"] <= 375
