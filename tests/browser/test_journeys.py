# SPDX-License-Identifier: MIT
"""The main ways through the pages, on what real scripts said, in a real browser."""

import json
import pathlib
import time

import pytest
from playwright.sync_api import expect

from tests.fixtures.asking import owner_of

SCRIPT = """#!/bin/sh
hume start backup "nightly backup"
hume flag dumped
{middle}
hume stop {status}
"""
HOSTILE = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script>\"'"


def run_script(installed, tmp_path: pathlib.Path, middle: str = "", status: int = 0) -> None:
    script = tmp_path / "backup.sh"
    script.write_text(SCRIPT.format(middle=middle, status=status))
    script.chmod(0o755)
    installed.start_command(str(script)).wait(timeout=30)


def test_from_the_first_page_to_the_run_that_failed_to_a_note(desk, installed, tmp_path):
    for _ in range(6):
        run_script(installed, tmp_path)
    run_script(installed, tmp_path, "LINENO=41 hume error 'tar returned 2'", 3)
    page = desk.page

    _reload_until(page, desk, "failed")
    page.get_by_role("link", name="backup").first.click()
    page.get_by_role("row", name="failed").get_by_role("link").first.click()
    expect(page.get_by_text("exit 3 at line 41, after dumped")).to_be_visible()
    page.get_by_label("Note").fill("called the vendor")
    page.get_by_role("button", name="Add a note").click()

    expect(page.get_by_text("called the vendor")).to_be_visible()
    expect(page.get_by_role("img", name="Stretches of the run, to scale")).to_be_visible()
    assert "✗" in page.title()


def test_a_failure_appears_without_reloading(desk, installed, tmp_path):
    run_script(installed, tmp_path)
    _reload_until(desk.page, desk, "backup")
    desk.page.evaluate("window.stays = true")
    expect(desk.page.locator("#live")).to_have_text("live")
    desk.page.mouse.move(5, 5)

    run_script(installed, tmp_path, "LINENO=41 hume error 'tar returned 2'", 3)

    expect(desk.page.get_by_text("exit 3 at line 41, after dumped").first).to_be_visible()
    expect(desk.page.get_by_role("heading", name="Troubles")).to_be_visible()
    assert "✗" in desk.page.title()
    assert desk.page.evaluate("window.stays")


@pytest.mark.parametrize("path", ["/", "/events", "/task"])
def test_what_changed_while_the_page_was_loaded_is_shown(desk, installed, tmp_path, path):
    run_script(installed, tmp_path)
    _reload_until(desk.page, desk, "by tag")
    host = json.loads(installed.hume("status", "-o", "json").stdout)[0]["host"]

    def begin_late(route):
        run_script(installed, tmp_path, "hume error 'tar returned 2'", 3)
        while "failed" not in installed.hume("status", "-o", "json").stdout:
            time.sleep(0.05)
        route.continue_()

    desk.page.route("**/api/v1/live*", begin_late, times=1)
    desk.open(f"/task?host={host}&task=backup" if path == "/task" else path)

    expect(desk.page.get_by_text("exit 3" if path != "/events" else "tar returned 2").first).to_be_visible()


def test_nothing_moves_under_the_pointer(desk, installed, tmp_path):
    run_script(installed, tmp_path)
    _reload_until(desk.page, desk, "backup")
    expect(desk.page.locator("#live")).to_have_text("live")
    desk.page.get_by_role("link", name="backup").first.hover()

    run_script(installed, tmp_path, "", 3)

    expect(desk.page.locator("tr.failed")).to_have_count(1)
    expect(desk.page.get_by_role("heading", name="Troubles")).to_have_count(0)
    desk.page.get_by_role("button", name="changed, show").click()
    expect(desk.page.get_by_role("heading", name="Troubles")).to_be_visible()


def test_a_trouble_is_taken_where_it_stands(desk, installed, tmp_path):
    run_script(installed, tmp_path, "", 3)
    desk.open("/?by=task&q=task:b*")
    _reload_until(desk.page, desk, "backup")
    expect(desk.page.locator("#live")).to_have_text("live")
    address = desk.page.url

    desk.page.get_by_role("button", name="take", exact=True).click()

    expect(desk.page.get_by_text("taken by owner")).to_be_visible()
    assert desk.page.url == address
    desk.page.get_by_role("button", name="give back", exact=True).click()
    expect(desk.page.get_by_role("button", name="take", exact=True)).to_be_visible()


def test_who_takes_a_trouble_is_seen_by_the_others_without_reloading(desk, installed, tmp_path):
    run_script(installed, tmp_path, "", 3)
    _reload_until(desk.page, desk, "backup")
    expect(desk.page.locator("#live")).to_have_text("live")

    assert installed.hume("take", "backup").returncode == 0

    expect(desk.page.get_by_text("taken by owner")).to_be_visible()


def test_a_line_that_grows_moves_nothing_under_the_pointer(desk, installed):
    installed.hume("warn", "-t", "aa", "disk gone")
    installed.hume("warn", "-t", "bb", "disk gone")
    _reload_until(desk.page, desk, "bb")
    expect(desk.page.locator("#live")).to_have_text("live")
    line = desk.page.locator("tr[data-trouble]").last
    line.hover()
    before = line.bounding_box()

    name = desk.page.locator("tr[data-trouble]").first.locator(".name b").inner_text()
    installed.hume("error", "-t", name, "a long sentence " * 40)

    expect(desk.page.get_by_role("button", name="changed, show")).to_be_visible()
    desk.page.wait_for_timeout(700)
    assert line.bounding_box() == before


def test_what_the_pointer_rests_on_stays_under_it_when_a_run_comes(desk, installed, tmp_path):
    for _ in range(30):
        run_script(installed, tmp_path)
    with owner_of(installed) as owner:
        host = owner.get("/api/v1/tasks").body["items"][0]["host"]
    desk.open(f"/task?host={host}&task=backup")
    expect(desk.page.locator("#live")).to_have_text("live")
    rows = desk.page.locator("table.list tbody tr")
    rows.nth(20).scroll_into_view_if_needed()
    rows.nth(15).hover()
    link = rows.nth(15).get_by_role("link")
    address, top = link.get_attribute("href"), link.bounding_box()["y"]

    run_script(installed, tmp_path, "", 3)
    expect(desk.page.locator("table.list tbody tr .state.failed")).to_have_count(1)

    held = desk.page.locator(f"table.list a[href='{address}']")
    assert abs(held.bounding_box()["y"] - top) < 3


def test_a_running_run_is_followed_while_a_note_is_written(desk, installed, tmp_path):
    script = tmp_path / "long.sh"
    go = tmp_path / "go"
    script.write_text(
        f"#!/bin/sh\nhume start long\nuntil [ -e {go} ]; do sleep 0.05; done\nhume flag half-way\nhume stop 0\n"
    )
    script.chmod(0o755)
    started = installed.start_command(str(script))
    _reload_until(desk.page, desk, "running")
    with_run = installed.hume("runs", "long", "-o", "json").stdout
    desk.open(f"/run/{json.loads(with_run)[0]['id']}")
    expect(desk.page.locator("#live")).to_have_text("live")
    desk.page.get_by_label("Note").fill("half a sentence")

    go.touch()
    started.wait(timeout=30)

    expect(desk.page.get_by_text("half-way").first).to_be_attached()
    expect(desk.page.locator(".title .state.ok")).to_be_visible()
    assert desk.page.get_by_label("Note").input_value() == "half a sentence"


def test_a_trouble_is_taken_and_given_back(desk, installed, tmp_path):
    run_script(installed, tmp_path, "", 3)
    _reload_until(desk.page, desk, "failed")

    desk.page.get_by_role("button", name="take", exact=True).click()
    expect(desk.page.get_by_text("taken by owner")).to_be_visible()
    desk.page.get_by_role("button", name="give back").click()

    expect(desk.page.get_by_role("button", name="take", exact=True)).to_be_visible()


def test_hostile_text_stays_text(desk, installed):
    installed.hume("warn", "-t", "hostile", HOSTILE)
    installed.hume("set", "-t", "hostile", f"key={HOSTILE}")
    _reload_until(desk.page, desk, "hostile")

    for path in ("/events", "/data", "/"):
        desk.open(path)
        assert "taken" not in desk.page.title()
        assert desk.page.locator("main img, main script").count() == 0


def test_keys_lead_through_the_lines(desk, installed, tmp_path):
    run_script(installed, tmp_path, "", 3)
    _reload_until(desk.page, desk, "failed")

    desk.page.keyboard.press("j")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("heading", name="backup")).to_be_visible()
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("tag:x")
    expect(desk.page.get_by_role("searchbox")).to_have_value("tag:x")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("?")

    expect(desk.page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1240])
def test_no_page_is_wider_than_its_window(desk, installed, tmp_path, scheme, width):
    run_script(installed, tmp_path, "hume set a_rather_long_name_of_a_number_in_bytes=12345678901234 rows=5", 3)
    desk.page.emulate_media(color_scheme=scheme)
    desk.page.set_viewport_size({"width": width, "height": 800})
    _reload_until(desk.page, desk, "failed")
    links = {link.get_attribute("href") for link in desk.page.locator("a[href]").all()}

    for path in sorted(link for link in links if link and link.startswith("/")):
        desk.open(path)
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_one_long_word_widens_no_page(desk, installed):
    word = "x" * 120
    installed.hume("set", "-t", word, "-T", word, f"{word}=5")
    installed.hume("stop", "-t", word, "3", word * 4)
    desk.page.set_viewport_size({"width": 390, "height": 800})
    _reload_until(desk.page, desk, "failed")
    links = {link.get_attribute("href") for link in desk.page.locator("main a[href]").all()}

    for path in sorted({"/?by=tag", "/?by=task", "/events", "/data", *links}):
        desk.open(path)
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_telephone_shows_why_a_run_in_the_list_failed(desk, installed, tmp_path):
    run_script(installed, tmp_path, "", 3)
    desk.page.set_viewport_size({"width": 390, "height": 800})
    _reload_until(desk.page, desk, "exit 3")
    desk.page.get_by_role("link", name="backup").first.click()

    expect(desk.page.get_by_role("row", name="failed").get_by_text("exit 3").locator("visible=true")).to_have_count(1)
    desk.page.set_viewport_size({"width": 1240, "height": 800})
    expect(desk.page.get_by_role("row", name="failed").get_by_text("exit 3").locator("visible=true")).to_have_count(1)


def _reload_until(page, desk, text):
    for _ in range(100):
        desk.open("/")
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{text!r} never came")


def test_events_come_by_themselves_and_are_followed_on_request(desk, installed):
    installed.hume("warn", "-t", "tailed", "the first")
    page = desk.page
    _reload_until(page, desk, "tailed")
    desk.open("/events?q=task:tailed")
    expect(page.locator("#live")).to_have_text("live")
    page.mouse.move(5, 5)

    installed.hume("warn", "-t", "tailed", "the second")
    expect(page.get_by_text("the second")).to_be_visible()
    page.locator("#said tr").first.hover()
    installed.hume("warn", "-t", "tailed", "the third")
    expect(page.get_by_role("button", name="changed, show")).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_text("the third")).to_be_visible()
    page.locator("#said tr").first.hover()
    installed.hume("warn", "-t", "tailed", "the fourth")

    expect(page.get_by_text("the fourth")).to_be_visible()
    told = [row.split()[-1] for row in page.locator("#said .text").all_inner_texts()]
    assert told == ["fourth", "third", "second", "first"]


def test_a_step_of_the_counts_narrows_the_search(desk, installed):
    installed.hume("error", "-t", "counted", "tar returned 2")
    _reload_until(desk.page, desk, "counted")
    desk.open("/events?q=task:counted")

    desk.page.locator(".counted a").last.click()

    expect(desk.page.get_by_text("tar returned 2").first).to_be_visible()
    assert "until:" in desk.page.locator("#q").input_value()
