# SPDX-License-Identifier: MIT
"""A real Chromium before a real central, which nothing but this machine answers."""

import os
import shutil
from collections.abc import Iterator

import playwright.sync_api
import pytest

from tests.fixtures import browsing, processes

# As root there is no sandbox; the pages are our own.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def find_chromium() -> str | None:
    """Return the system's Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.sync_api.Browser]:
    """Return the system's Chromium; what a tool would download is not used.

    For one module: as long as it lives its event loop runs in this thread, and no other test can have one of its own.
    """
    found = find_chromium()
    if found is None:
        if os.environ.get("HUME_REQUIRE_SERVICES"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    with playwright.sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


class Desk:
    """One window, signed in; what its console and network said is kept."""

    def __init__(self, page: playwright.sync_api.Page, installed: processes.Installation) -> None:
        self.page = page
        self.url = installed.layout.central_url.read_text().strip()
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)

    def _note(self, request: playwright.sync_api.Request) -> None:
        if not request.url.startswith(self.url):
            self.elsewhere.append(request.url)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)


@pytest.fixture
def desk(chromium: playwright.sync_api.Browser, installed: processes.Installation) -> Iterator[Desk]:
    """Return a window before a central that runs, with its humed."""
    installed.start_central()
    installed.start_humed()
    with chromium.new_context(viewport={"width": 1240, "height": 900}) as context:
        sat = Desk(context.new_page(), installed)
        sat.open(browsing.make_link(installed))
        yield sat
        assert sat.complaints == []
        assert sat.elsewhere == []
