# SPDX-License-Identifier: MIT
"""The spool against a model: whatever is done to it, in whatever order, with crashes, damage and a full disk in between.

The model knows what was committed, what a receipt let go, and what was dropped. After every step: nothing committed is
missing without being counted, nothing is there that was not said, no seq of an epoch is given twice, and nothing beyond
the receipt was let go. Damage comes one at a time: SQLite and the witness cannot answer for two at once.
"""

import contextlib
import logging
import pathlib
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from humeops.clock import FakeClock
from humeops.daemon.highwater import HighWater
from humeops.daemon.opening import note_damage, open_spool
from humeops.daemon.spool import RowDamagedError, Spool, SpoolDamagedError, SpoolFullError, SpoolReader
from humeops.wire import codec
from tests.unit.daemon.spooling import HOST, body, quick_folder

SIZES = st.lists(st.integers(0, 6_000), min_size=1, max_size=5)


class SpoolStates(RuleBasedStateMachine):
    """One spool and what is known of it."""

    def __init__(self):
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(quick_folder())
        self.clock = FakeClock()
        self.lives = 0
        self.committed: dict[bytes, int] = {}  # what was told to be stored, and is neither dropped nor at central
        self.unknown: set[bytes] = set()  # said, and not told to be stored
        self.central: dict[str, set[int]] = {}  # seqs that a receipt named, by epoch
        self.given: dict[tuple[str, int], bytes] = {}
        self.said: set[bytes] = set()
        self.told: dict[bytes, int] = {}  # every loss event there ever was, and how many it counts
        self.given_up = 0
        self.spoiled = False

    @initialize()
    def begin(self):
        self.here = self.folder / "0"
        self.here.mkdir()
        self.open()

    def open(self):
        self.witness = HighWater(self.here / "spool.high")
        try:
            self.spool: Spool = open_spool(self.here / "spool.db", self.witness, HOST, self.clock)
        except SpoolDamagedError:  # humed ends, and is started again
            note_damage(self.here / "spool.db")
            self.spool = open_spool(self.here / "spool.db", self.witness, HOST, self.clock)
        self.reader = SpoolReader(self.spool.path)

    def close(self):
        self.reader.close()
        self.spool.close()
        self.witness.close()

    # -- rules -----------------------------------------------------------------------------------------------------

    @rule(sizes=SIZES)
    def put(self, sizes):
        self._put(self._say(sizes))

    def _say(self, sizes):
        bodies = [body(message="m" * size) for size in sizes]
        self.said.update(bodies)
        return bodies

    def _put(self, bodies):
        try:
            with self.spool.group() as group:
                for one in bodies:
                    group.put(one)
        except SpoolFullError:
            self.unknown.update(bodies)
            return
        for seq, one in enumerate(bodies, self.spool.last_seq - len(bodies) + 1):
            self._give(seq, one)
            self.committed[one] = seq

    def _give(self, seq, one):
        assert self.given.setdefault((self.spool.epoch, seq), one) == one, "a seq was given twice"

    @rule(sizes=SIZES)
    def fail(self, sizes):
        bodies = self._say(sizes)
        self.unknown.update(bodies)
        last_seq = self.spool.last_seq
        with contextlib.suppress(ZeroDivisionError), self.spool.group() as group:
            for one in bodies:
                group.put(one)
            group.flush()
            raise ZeroDivisionError
        assert self.spool.last_seq == last_seq

    @rule(sizes=SIZES)
    def find_the_disk_full(self, sizes):
        pages = self.spool.db.execute("PRAGMA page_count").fetchone()[0]
        self.spool.db.execute(f"PRAGMA max_page_count = {pages}")
        self._put(self._say(sizes))
        self.spool.db.execute("PRAGMA max_page_count = 1073741823")

    @precondition(lambda self: not self.spoiled)
    @rule(share=st.floats(0, 1))
    def forward_and_release(self, share):
        rows = self.read()
        if not rows:
            return
        upto = rows[int(share * (len(rows) - 1))][0]
        with self.spool.group() as group:
            group.release(upto)
        self.central.setdefault(self.spool.epoch, set()).update(seq for seq, _ in rows if seq <= upto)
        for one in [one for seq, one in rows if seq <= upto]:
            self.committed.pop(one, None)

    @precondition(lambda self: not self.spoiled)
    @rule(chosen=st.sets(st.integers(0, 9), min_size=1, max_size=4))
    def drop(self, chosen):
        rows = [row for row in self.read() if codec.decode(row[1]).kind != "loss"]
        gone = [rows[at] for at in sorted(chosen) if at < len(rows)]
        if gone:
            with self.spool.group() as group:
                group.drop([seq for seq, _ in gone], "a test")
            for _, one in gone:
                self.committed.pop(one, None)
                self.unknown.add(one)  # damage may bring back what was dropped; that harms nobody

    @rule()
    def end_cleanly(self):
        self.close()
        self.spoiled = False
        self.open()

    @rule()
    def crash(self):
        self._crash(None, 0.0)

    @rule(
        name=st.sampled_from(["spool.db", "spool.db-wal", "spool.high"]),
        place=st.floats(0, 0.999999),
        bit=st.integers(0, 7),
    )
    def crash_and_spoil(self, name, place, bit):
        self._crash(name, place, bit)

    @rule(name=st.sampled_from(["spool.db", "spool.db-wal", "spool.high"]), place=st.floats(0, 0.999999))
    def crash_and_cut(self, name, place):
        self._crash(name, place, None)

    def _crash(self, name: str | None, place: float, bit: int | None = None):
        self.lives += 1
        there = self.folder / str(self.lives)
        shutil.copytree(self.here, there, ignore=shutil.ignore_patterns("*-shm", "*.bad-*"))
        self.close()
        shutil.rmtree(self.here)
        self.here = there
        if name is not None and (there / name).exists():
            spoil(there / name, place, bit)
        self.open_whatever_is_there()

    def open_whatever_is_there(self):
        before = (self.spool.epoch, self.spool.last_seq)
        self.open()
        if self.spool.epoch == before[0]:
            assert self.spool.last_seq >= before[1]
        self._give_up_damaged_rows()
        for seq, one in self.read():
            self._give(seq, one)
            if one in self.committed:
                self.committed[one] = seq

    def _give_up_damaged_rows(self):
        while True:
            try:
                self.read()
                return
            except RowDamagedError as error:
                self._give_up(error.seq)
            except SpoolDamagedError:
                self._end_with_damage()

    def _give_up(self, seq):
        try:
            with self.spool.group() as group:
                group.drop([seq], "damaged on the disk")
            self.given_up += 1
        except SpoolDamagedError:
            self._end_with_damage()

    def _end_with_damage(self):
        note_damage(self.spool.path)
        self.close()
        self.open()

    # -- what holds ------------------------------------------------------------------------------------------------

    def read(self) -> list[tuple[int, bytes]]:
        rows: list[tuple[int, bytes]] = []
        while found := self.reader.oldest_after(rows[-1][0] if rows else 0, 1_000, 10_000_000):
            rows += found
        return rows

    @invariant()
    def nothing_is_missing_without_being_counted(self):
        rows = self.read()
        held = {one for _, one in rows}
        for one in held:
            if b'"kind":"loss"' in one:
                self.told[one] = int(str(codec.decode(one).data["count"]))
        missing = set(self.committed) - held
        assert len(missing) <= self.given_up + sum(self.told.values())

    @invariant()
    def nothing_is_made_up(self):
        for _, one in self.read():
            assert one in self.said or b'"kind":"loss"' in one

    @invariant()
    def released_is_what_a_receipt_named(self):
        assert self.spool.committed_upto <= max(self.central.get(self.spool.epoch, {0}), default=0)
        assert self.spool.committed_upto <= self.spool.last_seq

    def teardown(self):
        with contextlib.suppress(AttributeError):
            self.close()
        self.stack.close()


def spoil(path: pathlib.Path, place: float, bit: int | None) -> None:
    """Flip this bit of the byte at this place, or cut the file there."""
    with path.open("r+b") as file:
        at = int(place * path.stat().st_size)
        if bit is None:
            file.truncate(at)
            return
        file.seek(at)
        if byte := file.read(1):
            file.seek(at)
            file.write(bytes([byte[0] ^ 1 << bit]))


SOME = settings(
    max_examples=100,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
MANY = settings(SOME, max_examples=5_000, stateful_step_count=50)


@pytest.fixture(autouse=True)
def quiet(caplog):
    """Keep no log: of so many lives it would fill the memory."""
    caplog.set_level(logging.CRITICAL, "humeops")


def test_whatever_is_done_to_it_nothing_is_missing_uncounted() -> None:
    run_state_machine_as_test(SpoolStates, settings=SOME)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_whatever_is_done_to_it_for_long_nothing_is_missing_uncounted() -> None:
    run_state_machine_as_test(SpoolStates, settings=MANY)
