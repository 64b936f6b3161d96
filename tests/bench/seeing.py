# SPDX-License-Identifier: MIT
"""What people wait for, with a large company's four weeks stored: Now's data, the search of events, pages in a real browser."""

import contextlib
import random
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import playwright.sync_api
import urllib3

from humeops.central.store import schema
from humeops.central.store.postgresserver import PostgresDatabase
from humeops.central.store.sqlitefile import SqliteDatabase
from tests.bench import company
from tests.bench.report import Table, milliseconds, percentile
from tests.browser import conftest as browser
from tests.fixtures import browsing
from tests.fixtures.large import large_installation
from tests.fixtures.processes import Installation, installation

Ask = Callable[[random.Random, company.Size], tuple[str, dict[str, str]]]

NOW: dict[str, Ask] = {
    "now: tasks of a host": lambda chance, size: ("tasks", {"host": f"host-{chance.randrange(size.hosts)}"}),
    "now: tasks with a tag": lambda chance, size: ("tasks", {"q": f"tag:site-{chance.randrange(50)}"}),
    "now: tasks in a state": lambda chance, size: ("tasks", {"state": chance.choice(("failed", "warning", "running"))}),
    "now: counts of all states": lambda chance, size: ("states", {}),
    "now: counts of a tag": lambda chance, size: ("states", {"q": f"tag:group-{chance.randrange(size.tasks)}"}),
}
EVENTS: dict[str, Ask] = {
    "events: newest": lambda chance, size: ("events", {}),
    "events: of a host": lambda chance, size: ("events", {"q": f"host:host-{chance.randrange(size.hosts)}"}),
    "events: of a task on a host": lambda chance, size: (
        "events",
        {"q": f"host:host-{chance.randrange(size.hosts)} task:task-{chance.randrange(size.tasks)}"},
    ),
    "events: warnings and worse": lambda chance, size: ("events", {"q": "level>=warning since:7d"}),
    "events: errors of some hosts": lambda chance, size: (
        "events",
        {"q": f"level>=error host:host-{chance.randrange(10)}*"},
    ),
    "events: a common text": lambda chance, size: ("events", {"q": '"files to the archive"'}),
    "events: a rare text": lambda chance, size: ("events", {"q": f'"took {chance.randrange(1_000_000)} ms"'}),
    "events: a text of a host": lambda chance, size: (
        "events",
        {"q": f'"certificate" host:host-{chance.randrange(size.hosts)}'},
    ),
    "events: a day, a tag": lambda chance, size: (
        "events",
        {"q": f"tag:site-{chance.randrange(50)} since:{chance.randrange(3, 20)}d"},
    ),
    "events: counted over a day": lambda chance, size: ("events/counts", {}),
    "events: counted over four weeks": lambda chance, size: ("events/counts", {"q": "since:28d"}),
}
PAGES = {
    "page: Now": "/",
    "page: Now by tag": "/?by=tag",
    "page: troubles": "/?q=state:problem",
    "page: hosts": "/hosts",
    "page: a host": "/host?name=host-1",
    "page: a task": "/task?host=host-1&task=task-1",
    "page: a run": "/run/host-1:task-1",
    "page: events": "/events",
    "page: data": "/data",
}
HEAD = ["what", "SQLite", "PostgreSQL"]


def measure(hosts: int = 100, tasks: int = 10, events: int = 100_000, share: int = 10, times: int = 30) -> Table:
    """Return the table; SQLite gets one `share`-th of the hosts and events."""
    table = Table(
        f"Seeing: {hosts:,} hosts of {tasks} tasks, {events:,} events in PostgreSQL, one {share}th of it in SQLite",
        HEAD,
    )
    found: dict[str, list[str]] = {}
    for begin, size in (
        (_sqlite, company.Size(max(1, hosts // share), tasks, events // share)),
        (_postgresql, company.Size(hosts, tasks, events)),
    ):
        with begin(size) as installed:
            for name, cell in _cells(installed, size, times):
                found.setdefault(name, []).append(cell)
    table.rows += [[name, *cells] for name, cells in found.items()]
    table.remarks.append(
        "Answers and pages: median, 95 %, bytes that travel. In Chromium: first paint after a page was asked for, all that was "
        "fetched with an empty cache. To reach: Now's data 50 ms, events 150 ms (95 %), first paint 300 ms, 150 kB."
    )
    return table


@contextlib.contextmanager
def _sqlite(size: company.Size) -> Iterator[Installation]:
    with installation() as installed:
        with contextlib.closing(SqliteDatabase(installed.layout.database)) as database:
            schema.upgrade(database)
            company.fill(database, size)
        installed.start_central()
        yield installed


@contextlib.contextmanager
def _postgresql(size: company.Size) -> Iterator[Installation]:
    with large_installation(durable=False) as installed:
        with contextlib.closing(PostgresDatabase(installed.sql_url)) as database:
            company.fill(database, size)
        # Without the copy in Redis: the database answers everything.
        installed.start_central(HUME_CENTRAL_REDIS="")
        yield installed


def _cells(installed: Installation, size: company.Size, times: int) -> Iterator[tuple[str, str]]:
    url = installed.layout.central_url.read_text().strip()
    token = {"Authorization": f"Bearer {installed.layout.person_token.read_text().strip()}", "Accept-Encoding": "gzip"}
    chance = random.Random(3)
    with urllib3.PoolManager(maxsize=1, timeout=30, retries=False) as pool:
        for name, ask in {**NOW, **EVENTS}.items():
            paths = [ask(chance, size) for _ in range(times)]
            asked = [f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}" for path, query in paths]
            yield name, _timed(pool, asked, token)
        with browsing.signed_in(installed) as visitor:
            cookie = {"Cookie": visitor.cookie, "Accept": "text/html", "Accept-Encoding": "gzip"}
        for name, path in PAGES.items():
            yield name, _timed(pool, [url + path] * times, cookie)
    yield from _in_chromium(installed, url, max(3, times // 5))


def _timed(pool: urllib3.PoolManager, asked: list[str], headers: dict[str, str]) -> str:
    took, sizes = [], []
    for url in asked:
        begun = time.perf_counter()
        answer = pool.request("GET", url, headers=headers, decode_content=False)
        took.append(time.perf_counter() - begun)
        assert answer.status == 200, (url, answer.status, answer.data[:300])
        sizes.append(len(answer.data))
    weight = f"{percentile(list(map(float, sizes)), 0.95) / 1000:.1f} kB"
    return f"{milliseconds(percentile(took, 0.5))}, {milliseconds(percentile(took, 0.95))}, {weight}"


_PAINT = (
    "() => performance.getEntriesByType('paint').find((one) => one.name === 'first-contentful-paint')?.startTime ?? -1"
)
_WEIGHT = (
    "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    ".reduce((sum, one) => sum + one.transferSize, 0)"
)


def _in_chromium(installed: Installation, url: str, times: int) -> Iterator[tuple[str, str]]:
    with playwright.sync_api.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser.find_chromium(), args=browser.QUIET)
        for name, path in PAGES.items():
            seen = [_painted(chromium, installed, url, path) for _ in range(times)]
            paints = [paint / 1000 for paint, _ in seen]
            weight = max(weight for _, weight in seen) / 1000
            told = f"{milliseconds(percentile(paints, 0.5))}, {milliseconds(max(paints))}, {weight:.0f} kB"
            yield name.replace("page", "first paint"), told
        chromium.close()


def _painted(chromium: Any, installed: Installation, url: str, path: str) -> tuple[float, float]:
    with chromium.new_context(viewport={"width": 1240, "height": 900}) as context:
        page = context.new_page()
        # Signed in by the link's answer alone: nothing of a page is in the cache.
        context.request.get(url + browsing.make_link(installed), max_redirects=0)
        page.goto(url + path, wait_until="load")
        page.wait_for_function(f"() => ({_PAINT})() > 0")
        return float(page.evaluate(_PAINT)), float(page.evaluate(_WEIGHT))
