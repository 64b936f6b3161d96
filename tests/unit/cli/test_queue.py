# SPDX-License-Identifier: MIT
"""`hume queue`: what humed tells is shown whatever it leaves out, and without humed the spool itself tells."""

import csv
import io
import json

import pytest

from humeops.cli import queue
from humeops.cli.terminal import Terminal
from humeops.clock import SystemClock
from humeops.daemon.spool import Spool
from humeops.layout import Layout

NOW = 1_795_406_391_000_000_000
PICTURE = {
    "version": "2.0",
    "pid": 7,
    "host": "db1",
    "depth": 12,
    "oldest_age_seconds": 42.5,
    "last_seq": 4723,
    "committed_upto": 4711,
    "last_ack_at": NOW - 90_000_000_000,
    "last_error": "central does not answer",
    "open_runs": 2,
    "runs_watched": 2,
    "runs_looked_at": 0,
    "runs_gone": 3,
    "drop_waiting": 1,
    "quarantined": 3,
    "received": 5,
    "spool_bytes": 1_234_567,
    "uptime_seconds": 7300,
    "something new": {"a": 1},
}


def _lines(picture):
    return list(queue.draw(Terminal(), picture, NOW))


def test_it_reads_like_this():
    assert _lines(PICTURE) == [
        "db1  humed 2.0, pid 7, up 2 h",
        "  waiting      12 events, the oldest for 42 s",
        "  central      has everything up to number 4711 of 4723, last receipt 1 min ago",
        "  last error   central does not answer",
        "  drop folder  1 file waiting, 3 in quarantine",
        "  open runs    2, 3 ended without a stop since start",
        "  since start  5 received",
        "  spool        1.2 MB",
    ]


def test_what_hume_did_not_make_and_what_is_not_read_are_shown():
    picture = {"drop_waiting": 0, "drop_foreign": 2, "drop_trouble": "the folder is gone"}

    assert _lines(picture)[1:] == [
        "  drop folder  0 files waiting, 2 not of hume's making, left alone",
        "  not read     the folder is gone",
    ]


@pytest.mark.parametrize("missing", PICTURE)
def test_any_member_may_be_missing_or_null(missing):
    for picture in ({name: PICTURE[name] for name in PICTURE if name != missing}, {**PICTURE, missing: None}):
        assert all(line.isprintable() for line in _lines(picture))


def test_hostile_words_of_a_host_are_shown_not_obeyed():
    assert _lines({**PICTURE, "host": "\x1b[2J", "last_error": "\x1b]0;x\x07"})[0].startswith("\\x1b[2J  humed")


def test_without_humed_the_spool_and_the_drop_folder_tell(hume, tmp_path):
    layout = Layout(tmp_path / "hume")
    (layout.drop / "quarantine").mkdir(parents=True)
    (layout.drop / "01900000-0000-7000-8000-000000000001.hume").touch()
    (layout.drop / ".tmp").touch()
    (layout.drop / "quarantine" / "bad.hume").touch()
    spool = Spool(layout.spool)

    said = hume("queue", "-o", "json")

    assert said.status == 75
    assert said.err.startswith(
        f"hume: humed does not answer at {layout.socket} (no such file or directory); what is said"
    )
    read = json.loads(said.out)
    assert (read["depth"], read["last_seq"], read["drop_waiting"], read["quarantined"]) == (0, 0, 1, 1)
    assert read["epoch"] == spool.epoch
    spool.db.close()


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0" + bytes(4096)], ids=ascii)
def test_a_spool_that_cannot_be_read_is_no_fault(hume, tmp_path, content):
    layout = Layout(tmp_path / "hume")
    layout.root.mkdir()
    if content is not None:
        layout.spool.write_bytes(content)

    said = hume("queue")

    assert (said.status, said.out.splitlines()[0]) == (75, "humed is not there")
    assert said.err.count("\n") == 1


def test_without_humed_a_damaged_spool_is_told_and_left_as_it_is(hume, tmp_path):
    layout = Layout(tmp_path / "hume")
    layout.root.mkdir()
    Spool(layout.spool).close()
    with layout.spool.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 4096)
    (layout.root / "spool.db.bad-1795406391").touch()
    before = {path.name: path.read_bytes() for path in layout.root.iterdir()}

    said = hume("queue", "-o", "json")

    assert said.status == 75
    read = json.loads(said.out)
    assert f"{layout.spool}: the spool" in read["spool_trouble"]
    assert read["spool_trouble"].endswith("humed saves what can be read when it starts")
    assert read["put_aside"] == 1
    assert {path.name: path.read_bytes() for path in layout.root.iterdir()} == before


def test_damage_stands_before_what_was_given_up():
    told = {"spool_trouble": "spool.db: the spool is damaged", "put_aside": 2}

    assert _lines({**PICTURE, **told})[2:4] == [
        "  damage       spool.db: the spool is damaged",
        "  put aside    2 damaged spools, kept to be looked at",
    ]


def test_what_is_not_taken_and_what_was_given_up_are_said():
    told = {"room": "starts, stops and failures", "dropped": {"spool over its size": 412, "waited too long": 1}}

    lines = _lines({**PICTURE, **told})

    assert lines[2:4] == [
        "  room         only starts, stops and failures are taken now",
        "  given up     412 events: spool over its size; 1 event: waited too long",
    ]
    assert _lines({**PICTURE, "room": "nothing"})[2] == "  room         nothing is taken now"
    assert _lines({**PICTURE, "room": "everything", "dropped": {}}) == _lines(PICTURE)


def test_without_humed_the_spool_tells_what_was_given_up_and_how_long_it_waits(hume, tmp_path):
    layout = Layout(tmp_path / "hume")
    layout.root.mkdir()
    spool = Spool(layout.spool)
    taken = SystemClock().wall_ns() // 1_000_000_000 - 7200
    with spool.group() as group:
        for number in range(4):
            group.put(b"%d" % number, taken=taken)
    with spool.group() as group:
        group.release(1)
        group.drop([4], "waited too long")
    spool.close()
    before = sorted(layout.root.iterdir())

    said = hume("queue")

    assert said.status == 75
    assert "2 events, the oldest for 2 h" in said.out
    assert "has everything up to number 1 of 4" in said.out
    assert "given up     1 event: waited too long" in said.out
    assert sorted(layout.root.iterdir()) == before


def test_the_humed_that_hume_speaks_to_is_meant(hume, tmp_path, monkeypatch):
    monkeypatch.setenv("HUME_ENDPOINT", f"ipc://{tmp_path}/elsewhere/humed.sock")

    assert f"{tmp_path}/elsewhere/humed.sock" in hume("queue").err
    assert f"{tmp_path}/named/humed.sock" in hume("queue", "--dir", f"{tmp_path}/named").err
    monkeypatch.setenv("HUME_ENDPOINT", "tcp://127.0.0.1:4864")
    assert "only ipc" in hume("queue").err


def test_programs_get_one_object_or_one_row(hume, tmp_path):
    (tmp_path / "hume").mkdir()

    row = list(csv.DictReader(io.StringIO(hume("queue", "-o", "csv").out)))
    lines = hume("queue", "-o", "ndjson").out.splitlines()

    assert len(row) == len(lines) == 1
    assert list(row[0]) == list(json.loads(lines[0]))
    assert row[0]["quarantined"] == "0"


def test_what_rules_and_guards_did_is_told_and_is_no_giving_up():
    told = "\n".join(
        _lines(
            {
                "dropped": {"rule noise": 3},
                "rules": {"noise": {"matched": 4, "dropped": 3}},
                "rules_trouble": "humed.toml:3: no setting",
                "guard": {"over_rate": 2, "sent_away": 0},
            }
        )
    )

    assert "noise: 4 matched, 3 dropped" in told
    assert "earlier rules are in force: humed.toml:3" in told
    assert "2 acks waited" in told
    assert "given up" not in told
