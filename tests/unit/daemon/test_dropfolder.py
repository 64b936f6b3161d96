# SPDX-License-Identifier: MIT
"""The drop folder in hostile hands: what is whole comes in once, in order; everything else goes aside and is counted."""

import os
import pathlib
import socket
import tempfile

import pytest

from humeops.daemon import quarantine
from humeops.daemon.dropfolder import STALE_TMP_NS, DropFolder
from humeops.wire import dropfile
from tests.unit.daemon.dropping import Folder
from tests.unit.daemon.sayings import drop, id_of, next_id, say

NOBODY = 65_534


def assert_put_aside(folder, path):
    good = drop(folder.path, say())

    assert [file.name for file in folder.take()] == [good.name]
    assert folder.reader.names() == [good.name]
    assert folder.aside() == [path.name]
    assert folder.reader.quarantined == 1


def test_a_whole_file_gives_its_event_and_its_owner(folder):
    said = say()
    path = drop(folder.path, said)

    assert folder.take() == [(path.name, said, os.getuid())]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_the_one_the_file_system_knows(folder):
    os.chown(drop(folder.path, say()), NOBODY, NOBODY)

    assert [file.uid for file in folder.take()] == [NOBODY]


def test_files_come_oldest_first_whatever_the_order_they_were_made_in(folder):
    said = [say() for _ in range(20)]
    for one in reversed(said):
        drop(folder.path, one)

    assert [file.body for file in folder.take()] == said


def test_a_file_stays_until_it_is_removed(folder):
    drop(folder.path, say())

    assert len(folder.take()) == 1
    assert len(folder.take()) == 1
    folder.reader.remove(folder.reader.names())
    assert folder.take() == []


@pytest.mark.parametrize("target", ["event", "shadow", "nothing"])
def test_a_symbolic_link_is_put_aside_and_not_followed(folder, tmp_path, target):
    aim = {"shadow": "/etc/shadow", "nothing": str(tmp_path / "nothing"), "event": str(tmp_path / "event")}[target]
    (tmp_path / "event").write_bytes(dropfile.pack(say()))
    link = folder.path / f"{next_id()}.hume"
    link.symlink_to(aim)

    assert_put_aside(folder, link)


def test_a_file_with_a_second_link_is_put_aside(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(dropfile.pack(say()))
    path = folder.path / f"{next_id()}.hume"
    os.link(elsewhere, path)

    assert_put_aside(folder, path)
    assert elsewhere.exists()


def test_a_fifo_is_put_aside_and_does_not_hold_humed(folder):
    path = folder.path / f"{next_id()}.hume"
    os.mkfifo(path)

    assert_put_aside(folder, path)


def test_a_socket_is_put_aside(folder, monkeypatch):
    path = folder.path / f"{next_id()}.hume"
    monkeypatch.chdir(folder.path)  # a socket's path has few bytes
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)

    assert_put_aside(folder, path)


def test_a_folder_with_a_right_name_is_put_aside(folder):
    path = folder.path / f"{next_id()}.hume"
    path.mkdir()
    (path / "full").touch()

    assert_put_aside(folder, path)


def test_a_file_too_large_is_put_aside_unread(folder):
    path = folder.put(b"")
    os.truncate(path, 2**40)

    assert_put_aside(folder, path)


def test_a_file_one_byte_larger_than_any_event_is_put_aside(folder):
    assert_put_aside(folder, folder.put(b"x" * (dropfile.MAX_FILE_BYTES + 1)))


def test_a_file_whose_checksum_is_wrong_is_put_aside(folder):
    content = bytearray(dropfile.pack(say()))
    content[-2] ^= 1

    assert_put_aside(folder, folder.put(content))


def test_the_log_says_why_a_file_is_put_aside(folder, caplog):
    torn = drop(folder.path, say())
    torn.write_bytes(torn.read_bytes()[:-1])
    link = folder.path / f"{next_id()}.hume"
    link.symlink_to("/etc/shadow")

    folder.take()

    told = sorted(record.getMessage() for record in caplog.records)
    assert len(told) == 2
    assert told[0].startswith(f"{torn.name} goes to quarantine: dropped event is ")
    assert told[1].startswith(f"{link.name} goes to quarantine: not a file to be read: ")


def test_a_file_torn_at_any_length_is_put_aside(folder):
    content = dropfile.pack(b'{"v":1}')
    torn = [folder.put(content[:length]) for length in range(len(content))]

    assert folder.take() == []
    assert folder.aside() == sorted(path.name for path in torn)


@pytest.mark.parametrize("name", ["README", "x.hume", ".hidden.hume", "{id}.hume~", ".{id}.hume", "{id}.HUME", "{id}"])
def test_what_is_not_named_as_an_event_is_left_alone(folder, name):
    said = say()
    path = folder.put(dropfile.pack(said), name.format(id=id_of(said)))

    assert folder.take() == []
    assert path.exists()
    assert folder.reader.quarantined == 0


def test_a_file_that_goes_away_between_looking_and_reading_is_skipped(folder):
    gone, stays = drop(folder.path, say()), drop(folder.path, say())
    names = folder.reader.names()
    gone.unlink()

    assert [file.name for file in folder.reader.read(names)] == [stays.name]
    assert folder.reader.quarantined == 0


def test_removing_what_is_gone_is_no_error(folder):
    folder.reader.remove([f"{next_id()}.hume"])


def test_a_file_this_host_cannot_read_now_stays_for_later(folder, monkeypatch):
    path = drop(folder.path, say())
    with monkeypatch.context() as patched:
        patched.setattr("os.read", _fail_with_io_error)
        assert folder.take() == []
        assert folder.reader.has_put_off

    assert [file.name for file in folder.take()] == [path.name]
    assert not folder.reader.has_put_off
    assert folder.reader.quarantined == 0


def _fail_with_io_error(*_):
    raise OSError(5, "Input/output error")


def test_an_unfinished_file_is_deleted_after_an_hour_and_not_before(folder):
    old, young = (folder.put(b"", f".{next_id()}.tmp") for _ in range(2))
    other = folder.put(b"", ".other.tmp")
    now = young.stat().st_mtime_ns + STALE_TMP_NS
    for path in (old, other):
        os.utime(path, ns=(now, now - STALE_TMP_NS - 1))

    folder.reader.sweep(now)

    assert not old.exists()
    assert young.exists()
    assert other.exists()


def test_a_file_that_comes_is_news_once(folder):
    assert not folder.reader.watch.news()

    drop(folder.path, say())

    assert folder.reader.watch.news()
    assert not folder.reader.watch.news()


def test_a_file_that_is_linked_in_is_news(folder, tmp_path):
    (tmp_path / "made").touch()
    folder.reader.watch.news()

    os.link(tmp_path / "made", folder.path / f"{next_id()}.hume")

    assert folder.reader.watch.news()


def test_the_folder_is_read_though_somebody_moves_it_away(folder, tmp_path):
    path = drop(folder.path, say())
    folder.path.rename(tmp_path / "moved")
    (tmp_path / "drop").mkdir()

    assert [file.name for file in folder.take()] == [path.name]


def test_what_hume_did_not_make_is_counted_and_what_is_hume_s_is_not(folder):
    for name in ("README", ".hidden", f"{next_id()}.hume~"):
        folder.put(b"", name)
    folder.put(b"", f".{next_id()}.tmp")
    (folder.path / "lost+found").mkdir()
    drop(folder.path, say())

    assert folder.reader.census() == (1, 3)


# -- quarantine --------------------------------------------------------------------------------------------------------


def test_of_the_bad_files_the_newest_are_kept_and_all_are_counted(folder, monkeypatch):
    monkeypatch.setattr(quarantine, "KEPT", 3)
    bad = [folder.put(b"bad") for _ in range(5)]

    assert folder.take() == []

    assert folder.aside() == [path.name for path in bad[2:]]
    assert folder.reader.quarantined == 5


def test_after_a_restart_the_oldest_arrivals_go_first_whatever_their_names(folder, monkeypatch, tmp_path):
    earlier, later = f"{next_id()}.hume", f"{next_id()}.hume"
    folder.put(b"bad", later)
    folder.take()
    folder.put(b"bad", earlier)
    folder.take()
    monkeypatch.setattr(quarantine, "KEPT", 1)

    again = DropFolder(tmp_path / "drop")

    assert folder.aside() == [earlier]
    again.close()


def test_a_bad_file_of_a_name_that_lies_there_already_replaces_it(folder):
    name = folder.put(b"one").name
    folder.take()
    folder.put(b"two", name)
    folder.take()

    assert (folder.path / quarantine.NAME / name).read_bytes() == b"two"
    assert folder.reader.quarantined == 2


@pytest.mark.parametrize("trap", ["link", "file", "folder"])
def test_a_quarantine_that_is_not_humeds_own_is_not_used(tmp_path, trap):
    (tmp_path / "drop").mkdir()
    (tmp_path / "victim").mkdir()
    if trap == "folder" and os.geteuid() != 0:
        pytest.skip("only root gives folders away")
    if trap == "link":
        (tmp_path / "drop" / quarantine.NAME).symlink_to(tmp_path / "victim")
    elif trap == "file":
        (tmp_path / "drop" / quarantine.NAME).touch()
    else:
        (tmp_path / "drop" / quarantine.NAME).mkdir()
        os.chown(tmp_path / "drop" / quarantine.NAME, NOBODY, NOBODY)
    folder = Folder(tmp_path / "drop")
    folder.put(b"bad")

    assert folder.take() == []

    assert folder.reader.names() == []
    assert folder.reader.quarantined == 1
    assert list((tmp_path / "victim").iterdir()) == []
    assert trap == "file" or folder.aside() == []
    folder.reader.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_a_full_folder_of_another_user_is_counted_once_and_holds_nothing_up():
    with tempfile.TemporaryDirectory() as open_to_all:
        os.chmod(open_to_all, 0o755)
        path = pathlib.Path(open_to_all, "drop")
        path.mkdir()
        path.chmod(0o3777)
        os.chown(path, NOBODY, NOBODY)

        turns, counted = _as_nobody(path)

    assert turns == [1, 1]
    assert counted == 1


def _as_nobody(path):
    hostile = path / f"{next_id()}.hume"
    hostile.mkdir(mode=0o755)
    (hostile / "full").touch()
    os.seteuid(NOBODY)
    try:
        folder = Folder(path)
        drop(path, say())
        turns = [len(folder.take()) for _ in range(2)]
        folder.reader.close()
    finally:
        os.seteuid(0)
    return turns, folder.reader.quarantined
