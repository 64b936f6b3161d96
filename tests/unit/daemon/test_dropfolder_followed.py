# SPDX-License-Identifier: MIT
"""The drop folder is removed, moved, replaced: humed changes over to the one that callers find, and says what it left where."""

from humeops.daemon import quarantine
from tests.unit.daemon.sayings import drop, say


def test_the_folder_that_is_there_now_is_read_from_then_on(folder, tmp_path):
    left = drop(folder.path, say())
    folder.path.rename(tmp_path / "moved")
    folder.path.mkdir()

    assert folder.reader.follow()
    now = drop(folder.path, say())

    assert [file.name for file in folder.take()] == [now.name]
    assert folder.reader.watch.news()
    assert not folder.reader.follow()
    assert (tmp_path / "moved" / left.name).exists()


def test_the_log_says_where_the_events_of_the_folder_that_was_left_are(folder, tmp_path, caplog):
    drop(folder.path, say())
    folder.path.rename(tmp_path / "moved")

    folder.reader.follow()

    assert f"events stay in the one before, {tmp_path / 'moved'}: 1" in caplog.text


def test_a_folder_that_was_removed_is_made_anew(folder):
    (folder.path / quarantine.NAME).rmdir()
    folder.path.rmdir()

    assert folder.reader.follow()
    path = drop(folder.path, say())

    assert [file.name for file in folder.take()] == [path.name]
    assert folder.aside() == []


def test_where_no_folder_can_be_had_it_is_said_once_and_tried_again(folder, tmp_path, caplog):
    folder.path.rename(tmp_path / "moved")
    folder.path.touch()

    assert [folder.reader.follow() for _ in range(3)] == [False] * 3
    assert folder.reader.trouble == f"{folder.path} is no longer the folder that humed reads: Not a directory"
    assert caplog.text.count("is no longer") == 1
    folder.path.unlink()

    assert folder.reader.follow()
    assert folder.reader.trouble == ""


def test_that_the_folder_moves_is_news(folder, tmp_path):
    folder.reader.watch.news()

    folder.path.rename(tmp_path / "moved")

    assert folder.reader.watch.news()
