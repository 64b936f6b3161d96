# SPDX-License-Identifier: MIT
"""Where hume's files are: the same order of places for every program."""

import pathlib

import pytest

from humeops.layout import Layout, default_dir


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HUME_DIR": "/a", "XDG_STATE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_STATE_HOME": "/b", "HOME": "/c"}, "/b/hume"),
        ({"HOME": "/c"}, "/c/.local/state/hume"),
        ({"HUME_DIR": "", "XDG_STATE_HOME": "", "HOME": "/c"}, "/c/.local/state/hume"),
    ],
)
def test_the_folder_is_the_first_that_is_named(environ, folder):
    assert default_dir(environ) == pathlib.Path(folder)


def test_a_folder_named_from_here_is_found_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert default_dir({"HUME_DIR": "mine"}) == tmp_path / "mine"


def test_without_a_home_it_is_that_of_the_user():
    assert default_dir({}) == pathlib.Path("~/.local/state/hume").expanduser()


def test_no_two_files_share_a_name():
    names = [name for name, kind in vars(Layout).items() if isinstance(kind, property)]
    paths = [getattr(Layout(pathlib.Path("/x")), name) for name in names]

    assert len(set(paths)) == len(paths)
    assert all(path.parent == pathlib.Path("/x") for path in paths)
