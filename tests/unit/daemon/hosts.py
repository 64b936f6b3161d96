# SPDX-License-Identifier: MIT
"""A host for tests: processes that a test makes up, and humed's registry of runs, spoken to as the pipeline does."""

import pathlib

from humeops.daemon.attaching import Attachment
from humeops.daemon.processes import Link, Processes
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Spool
from humeops.event import Event
from humeops.wire import codec
from tests.unit.daemon.sayings import BOOT, START_NS, say

ME = 1000
HUME = 4711
ROOT = 0


class ProcessTable:
    """Stands where /proc is; holds what a test puts there."""

    def __init__(self, proc: pathlib.Path) -> None:
        self.path = proc
        (proc / "sys/kernel/random").mkdir(parents=True)
        (proc / "sys/kernel/random/boot_id").write_text(f"{BOOT}\n")
        (proc / "self/ns").mkdir(parents=True)
        (proc / "self/ns/pid").touch()

    @property
    def pidns(self) -> int:
        return (self.path / "self/ns/pid").stat().st_ino

    def add(self, link: Link, parent: int = 0, uid: int = ME, state: str = "S", threads: int = 1) -> Link:
        """Let this process exist."""
        pid, start = link
        folder = self.path / str(pid)
        folder.mkdir(exist_ok=True)
        before, after = "0 " * 15, "0 " + f"{start} 0 0\n"
        (folder / "stat").write_text(f"{pid} (a) b (c) {state} {parent} {before}{threads} {after}")
        (folder / "status").write_text(f"Name:\tsh\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t0\t0\t0\t0\n")
        return link

    def tree(self, *links: Link, uid: int = ME) -> None:
        """Let these processes stand above each other, nearest first, with a `hume` that is about to speak below them."""
        for link, parent in zip(links, [*links[1:], (0, 0)], strict=True):
            self.add(link, parent[0], uid)
        self.add((HUME, 10**6), links[0][0], uid)

    def end(self, link: Link) -> None:
        """Let this process be gone."""
        for name in ("stat", "status"):
            (self.path / str(link[0]) / name).unlink()
        (self.path / str(link[0])).rmdir()


class Host:
    """A spool, its runs, and those who speak. Each event is said one ns after the one before."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.table = ProcessTable(folder / "proc")
        self.spool = Spool(folder / "spool.db")
        self.restart()
        self.now = 100

    def restart(self) -> None:
        self.runs = OpenRuns(self.spool.db, Processes(self.table.path))
        self.attachment = Attachment(self.runs)

    def say(
        self,
        kind: str,
        *chain: Link,
        uid: int = ME,
        pid: int | None = HUME,
        claimed: Link | None = None,
        **members: object,
    ) -> Event:
        """Say it from below these processes; it is stored when this returns."""
        self.now += 1
        origin = {"script": "x.sh", **members.pop("origin", {}), "chain": chain, "uid": uid}  # type: ignore[dict-item]
        task = {"task": "backup"} if kind == "start" else {}
        event = codec.decode(say(kind, **{**task, "mono": self.now, "outcome": None, **members, "origin": origin}))
        sayer = Sayer(uid, pid, "ipc" if pid else "drop", claimed)
        with self.spool.group() as group:
            self.attachment.attach(event, sayer)
            self.runs.apply(event, sayer, group, START_NS + self.now)
        return event

    def start(self, *chain: Link, **members: object) -> Event:
        return self.say("start", *chain, **members)  # type: ignore[arg-type]

    def stop(self, run: Event, **members: object) -> Event:
        return self.say("stop", **{"run": run.id, "outcome": "ok", "uid": run.origin.uid, **members})  # type: ignore[arg-type]

    def gone(self, run: Event, cause: str = "ended") -> None:
        event = codec.decode(say("gone", run=run.id, task=run.task, data={"cause": cause}))
        with self.spool.group() as group:
            self.runs.apply(event, Sayer(None, None, "humed"), group, START_NS + self.now)

    def find(self, *chain: Link, **members: object) -> str | None:
        """Return the run that a word said from there belongs to."""
        return self.say("log", *chain, **members).run  # type: ignore[arg-type]

    def picture(self) -> object:
        runs = self.runs
        return runs._open, runs._ended, runs._by_boot
