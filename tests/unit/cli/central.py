# SPDX-License-Identifier: MIT
"""A central that answers from lists, over real HTTP on loopback: what the command line sees, without a server."""

import contextlib
import fnmatch
import http.server
import threading
import urllib.parse
from collections.abc import Iterator

import msgspec

from humeops.api.schemas import (
    AboutView,
    AgentPage,
    AgentView,
    DataPage,
    DatumView,
    EventPage,
    EventView,
    Problem,
    RunDetail,
    RunPage,
    RunState,
    RunView,
    Stretch,
    TaskPage,
    TaskView,
)
from humeops.filters import parsing
from humeops.filters.facts import Facts, holds

TOKEN = "a-token"
SECOND = 1_000_000_000
MINUTE = 60 * SECOND


class FakeCentral:
    def __init__(self) -> None:
        self.tasks: list[TaskView] = []
        self.runs: list[RunView] = []
        self.events: list[EventView] = []
        self.data: list[DatumView] = []
        self.agents: list[AgentView] = []
        self.details: dict[str, RunDetail] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.without: set[str] = set()  # lists that a central of another version has not
        self.about = AboutView()
        self.said: list[dict[str, object]] = []  # of `about`
        self.page = 1000
        self.url = ""
        self.broken: tuple[int, bytes] | None = None

    def answer(self, path: str, params: dict[str, str], token: str) -> tuple[int, bytes]:
        if path == "/readyz":
            return 200, b"ok"
        self.asked.append((path, params))
        if self.broken is not None:
            return self.broken
        if token != f"Bearer {TOKEN}":
            return 401, _problem("not signed in", 401)
        name = path.removeprefix("/api/v1/")
        if name.startswith("runs/"):
            detail = self.details.get(urllib.parse.unquote(name[5:]))
            return (200, msgspec.json.encode(detail)) if detail else (404, _problem("no such run", 404))
        if name == "about":
            return 200, msgspec.json.encode(self.about)
        lists = {
            "tasks": (self.tasks, TaskPage),
            "runs": (self.runs, RunPage),
            "events": (self.events, EventPage),
            "data": (self.data, DataPage),
            "agents": (self.agents, AgentPage),
        }
        if name not in lists or name in self.without:
            return 404, _problem("no such page", 404)
        items, page = lists[name]
        chosen = [item for item in items if _fits(item, params)]  # type: ignore[attr-defined]
        begin, size = int(params.get("after", 0)), min(self.page, int(params["limit"]))
        following = str(begin + size) if begin + size < len(chosen) else None
        return 200, msgspec.json.encode(page(chosen[begin : begin + size], following))


def _fits(item: object, params: dict[str, str]) -> bool:
    facts = Facts(
        getattr(item, "host", ""),
        getattr(item, "task", ""),
        getattr(item, "tags", ()),
        getattr(item, "state", ""),
        getattr(item, "level", ""),
        getattr(item, "kind", ""),
        (getattr(item, "run", "") or getattr(item, "id", ""), getattr(item, "short", "")),
        key=(getattr(item, "key", ""),),
        time=getattr(item, "time", 0) or getattr(item, "started_at", 0),
        texts=(getattr(item, "message", ""),),
    )
    return holds(parsing.parse(params.get("q", "")), facts) and all(
        fnmatch.fnmatchcase(getattr(item, name), params[name])
        for name in ("host", "task", "state", "key")
        if name in params
    )


def _problem(title: str, status: int) -> bytes:
    return msgspec.json.encode(Problem(title, status))


@contextlib.contextmanager
def serving() -> Iterator[FakeCentral]:
    fake = FakeCentral()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            params = dict(urllib.parse.parse_qsl(parts.query))
            status, body = fake.answer(parts.path, params, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_PUT(self) -> None:
            fake.said.append(msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"]))))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fill(fake: FakeCentral, now: int) -> None:
    """Two hosts with a task in each state that matters, and the failed run in full."""
    failed = run("backup", "failed", now - 15 * MINUTE, 250 * SECOND, reason="exit 3 at line 41, after db-dumped")
    failed.status, failed.uid, failed.script, failed.tags = 3, 0, "/usr/local/bin/backup.sh", ["cron", "db"]
    failed.message = "nightly backup of /var/lib/pg"
    running = run("replica-check", "running", now - 42 * SECOND, None, last_flag="connected")
    fine = run("vacuum", "ok", now - 5 * 3600 * SECOND, 1082 * SECOND)
    fake.runs = [running, failed, fine]
    fake.tasks = [
        task(fine, now - 5 * 3600 * SECOND),
        task(failed, now - 11 * MINUTE),
        task(running, now - 42 * SECOND),
        TaskView("db1", "disk-report", "warning", now - 120 * SECOND, now - 120 * SECOND, "disk 91 % full on /srv"),
        TaskView(
            "web04",
            "certs-renew",
            "lost",
            now - 42 * MINUTE,
            now - 42 * MINUTE,
            "died after challenge-ok, 3 s after its last word",
        ),
        TaskView("web04", "a-very-long-name-of-a-task-that-somebody-chose", "ok", now, now - 3 * 86400 * SECOND),
        TaskView(
            "web04",
            "evil\x1b[31m\u202etask",
            "late",
            now,
            now - 72 * MINUTE,
            "expected 03:15, \x1b]0;grace\x07 30 min\n",
        ),
    ]
    fake.details = {name: detail(failed) for name in (failed.id, failed.short, "backup", "db1:backup")}
    fake.events = list(reversed(fake.details[failed.id].events))
    fake.data = [
        DatumView("db1", "backup", "dump_bytes", 73400320, now - 11 * MINUTE, "bytes", failed.id, 0),
        DatumView("db1", "backup", "formula", '=HYPERLINK("http://x")', now - 11 * MINUTE),
    ]


def run(name: str, state: RunState, started: int, duration: int | None, **more: object) -> RunView:
    tail = f"{abs(hash(name)) % 16**8:08x}"
    ended = None if duration is None else started + duration
    return RunView(
        f"01900000-0000-7000-8000-0000{tail}",
        tail,
        "db1",
        name,
        state,
        started,
        ended,
        duration,
        **more,  # type: ignore[arg-type]
    )


def task(last: RunView, since: int) -> TaskView:
    return TaskView(last.host, last.task, last.state, since, last.ended_at or since, last.reason, last.tags, last)


def detail(of: RunView) -> RunDetail:
    def event(at: int, kind: str, level: str = "info", message: str = "", **more: object) -> EventView:
        number = f"01900000-0000-7000-8000-{at:012x}"
        moment = of.started_at + at * SECOND
        return EventView(number, moment, moment, of.host, kind, level, of.task, of.id, at * SECOND, message, **more)  # type: ignore[arg-type]

    return RunDetail(
        of,
        [
            Stretch("snapshot", 0, 98 * SECOND),
            Stretch("db-dumped", 98 * SECOND, 135 * SECOND),
            Stretch("end", 233 * SECOND, 17 * SECOND),
        ],
        [
            event(0, "start", message="nightly backup of /var/lib/pg"),
            event(1, "log", message="snapshot pg_main, 71 GB", data={"bytes": 71_000_000_000, "ok": True}),
            event(98, "flag", flag="snapshot"),
            event(149, "log", "warning", "replica 14 s behind", line=33),
            event(233, "flag", flag="db-dumped"),
            event(234, "data", data={"dump_bytes": 73400320}, unit="bytes"),
            event(240, "progress", progress=(3.0, 12.0)),
            event(
                249,
                "log",
                "error",
                "line 41: tar -C /var/lib/pg . returned 2\ntar: ./base/16384/2619: file changed as we read it\ntar: Exiting with failure status due to previous errors",
                line=41,
            ),
            event(250, "stop", status=3, outcome="failed"),
        ],
    )
