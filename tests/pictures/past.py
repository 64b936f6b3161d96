# SPDX-License-Identifier: MIT
"""Four weeks of a small company's scripts, as their humeds would have sent them: the same ones each time, up to the moment."""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from humeops.central import intake
from humeops.central.store import agents
from humeops.central.store.database import Database
from humeops.event import Event, Kind, Origin
from humeops.wire import batch, codec
from humeops.wire.eventid import make_event_id

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
DAYS = 28
BOOT = "0b9cbb6e-92b2-4a53-9a3c-5f1f0e0f5f6a"


class Job(NamedTuple):
    """A script on a host: how often it runs (s), its stretches (name, s), what it tells, how often it fails."""

    host: str
    task: str
    every: int
    stretches: tuple[tuple[str, float], ...]
    data: tuple[tuple[str, float, str], ...] = ()
    fails: float = 0.0
    tags: tuple[str, ...] = ("cron",)
    at: int = 3 * 3_600


JOBS = (
    Job("db1", "backup", 86_400, (("snapshot", 92), ("db-dumped", 148), ("archived", 320)), (("backup_bytes", 7.1e10, "bytes"),), 0.06, ("cron", "db"), 11_700),
    Job("db1", "vacuum", 86_400, (("vacuumed", 1_080),), (("dead_rows", 84_000, ""),), 0.0, ("cron", "db"), 7_200),
    Job("db1", "replica-check", 3_600, (("", 70),), (("replica_lag_s", 4, "s"),), 0.02, ("timer", "db")),
    Job("db2", "backup", 86_400, (("snapshot", 80), ("db-dumped", 131), ("archived", 300)), (("backup_bytes", 6.4e10, "bytes"),), 0.02, ("cron", "db"), 12_600),
    Job("db2", "replica-check", 3_600, (("", 65),), (), 0.01, ("timer", "db")),
    Job("web1", "wordpress-update", 86_400, (("core-updated", 41), ("plugins-updated", 96)), (("sites_updated", 14, ""),), 0.1, ("cron", "wordpress"), 14_400),
    Job("web1", "cert-renew", 43_200, (("challenge-ok", 9), ("reloaded", 2)), (), 0.03, ("timer", "tls")),
    Job("web1", "log-rotate", 86_400, (("rotated", 6),), (("freed_bytes", 2.2e9, "bytes"),), 0.0, ("cron",), 600),
    Job("web2", "wordpress-update", 86_400, (("core-updated", 39), ("plugins-updated", 88)), (("sites_updated", 9, ""),), 0.04, ("cron", "wordpress"), 14_700),
    Job("web2", "cert-renew", 43_200, (("challenge-ok", 8), ("reloaded", 2)), (), 0.0, ("timer", "tls")),
    Job("mail1", "spam-train", 86_400, (("fetched", 30), ("trained", 410)), (("messages", 5_300, ""),), 0.02, ("cron", "mail"), 18_000),
    Job("mail1", "queue-check", 3_600, (("", 2),), (("queue", 12, ""),), 0.02, ("timer", "mail")),
    Job("nas1", "snapshot", 86_400, (("taken", 12), ("pruned", 44)), (("pool_used", 81, "%"),), 0.03, ("nas",), 1_800),
)  # fmt: skip
ALWAYS_FAILS = ("db1", "backup", 25)
WARNINGS = ("replica 14 s behind", "plugin is two majors behind", "retrying: connection reset", "only 9 % free on /srv")


def fill(database: Database, now_ns: int) -> None:
    """Put all of it into the database, up to now."""
    for host in sorted({job.host for job in JOBS}):
        with database.writing() as connection:
            agent = intake.Agent(agents.find_or_make_agent(connection, host, now_ns - DAYS * DAY), host)
        said = sorted(
            (event for job in JOBS if job.host == host for event in _of(job, now_ns)), key=lambda one: one.time
        )
        for number, part in enumerate(_parts(said)):
            raw = [codec.encode(event) for event in part]
            body = batch.pack_batch(_epoch(host), 1, part[-1].time, list(enumerate(raw, number * 1_000 + 1)))
            intake.take(database, agent, body, min(now_ns, part[-1].time + 7_000_000))
        intake.take(database, agent, batch.pack_alive(_epoch(host), 1, now_ns - 7_000_000), now_ns)


def _parts(said: list[Event]) -> Iterator[list[Event]]:
    for begin in range(0, len(said), 1_000):
        yield said[begin : begin + 1_000]


def _epoch(host: str) -> str:
    return f"00000000-0000-4000-8000-{host.encode().hex():0>12}"[-36:]


def _of(job: Job, now_ns: int) -> Iterator[Event]:
    midnight = now_ns - now_ns % DAY
    begin = midnight - DAYS * DAY + job.at * SECOND
    number = 0
    while begin < now_ns - 1_900 * SECOND:
        # Of each run its own chance: what is said does not depend on how many there are by now.
        chance = random.Random(f"{job.host}:{job.task}:{number}")
        fails = chance.random() < job.fails or (job.host, job.task, number) == ALWAYS_FAILS
        yield from _run(job, begin + chance.randrange(4 * SECOND), chance, fails)
        begin += job.every * SECOND
        number += 1


def _run(job: Job, begin: int, chance: random.Random, fails: bool) -> Iterator[Event]:
    slow = chance.uniform(0.85, 1.2)
    at = begin
    run = ""
    reached = len(job.stretches) - fails

    def say(kind: Kind, **more: Any) -> Event:
        origin = Origin(uid=0, script=f"/usr/local/sbin/{job.task}", **more.pop("origin", {}))
        made = make_event_id(at, chance.getrandbits(62))
        more |= {"time": at, "boot": BOOT, "mono": at - (begin - begin % DAY) + DAY}
        tags = list(job.tags) if kind == "start" else []
        return Event(v=1, id=made, kind=kind, task=job.task, run=run or made, tags=tags, origin=origin, **more)

    start = say("start", message="", origin={"by": "cron" if "cron" in job.tags else "systemd", "user": "root"})
    run = start.id
    yield start
    for name, seconds in job.stretches[:reached]:
        at += int(seconds * slow * chance.uniform(0.9, 1.1) * SECOND)
        if name:
            yield say("flag", flag=name)
    if chance.random() < 0.06:
        yield say("log", level="warning", message=chance.choice(WARNINGS))
    if fails:
        at += int(7 * slow * SECOND)
        yield say("log", level="error", message="tar: /var/lib/pg: file changed as we read it", origin={"line": 41})
        at += SECOND // 10
        yield say("stop", status=2, outcome="failed", origin={"line": 41})
        return
    for key, value, unit in job.data:
        told = value * (1 + (begin % (90 * DAY)) / (400 * DAY)) * chance.uniform(0.96, 1.04)
        yield say("data", data={key: round(told, 1) if value < 100 else int(told)}, unit=unit)
    at += SECOND // 2
    yield say("stop", status=0, outcome="ok")
