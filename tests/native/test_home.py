# SPDX-License-Identifier: MIT
"""Without HOME, a person's folder is below the home that the list of users names, for the client as for all others."""

import os
import pathlib
import subprocess

import pytest

from humeops import layout
from humeops.cli import places
from tests.fixtures import native
from tests.native.conftest import Caller


def say_without_home(users: pathlib.Path) -> subprocess.CompletedProcess[bytes]:
    env = dict.fromkeys(("HUME_TEST_RUN_FOLDER", "HUME_TEST_DROP_FOLDER"), "/nonexistent")
    command = [str(native.build("hume-test")), "--strict", "info", "x"]
    return subprocess.run(command, env={**env, "HUME_TEST_PASSWD": str(users)}, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "ann:x:4711:4711:Ann:/elsewhere:/bin/sh\n",
        f"long:x:4711:4711:{'g' * 10_000}:/elsewhere:/bin/sh\n",
        f"{'p' * 4_080}:x:{os.getuid()}1:0::/elsewhere:/bin/sh\n",
        f"uid{os.getuid()}:x::{os.getuid()}::/elsewhere:\nshort:x:{os.getuid()}\n\n+::::::\n",
    ],
    ids=["first", "second", "a long line", "over the end of a piece", "odd lines"],
)
@pytest.mark.parametrize("after", [":/bin/sh\n", ":", ":/bin/sh\nother:x:0:0::/elsewhere:\n"])
def test_without_home_it_is_the_home_that_the_system_knows(before: str, after: str, hume: Caller) -> None:
    users = hume.root / "passwd"
    users.write_text(f"{before}me:x:{os.getuid()}:0:Me:{hume.root}/home{after}")

    done = say_without_home(users)

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((hume.root / "home/.local/state/hume/drop").iterdir())) == 1


@pytest.mark.parametrize(
    "line",
    [
        f"me:x:{os.getuid()}:0:Me:relative:/bin/sh",
        f"me:x:{os.getuid()}:0:Me::/bin/sh",
        f"me:x:{os.getuid()}:0:Me:/{'h' * 5_000}:/bin/sh",
        f"me:x:{2**32 + os.getuid()}:0:Me:/nonexistent:/bin/sh",
        f"me:x:{os.getuid()}x:0:Me:/nonexistent:/bin/sh",
        f"me:x:{os.getuid()}:0:Me:/nonexistent",
    ],
    ids=["relative", "empty", "too long", "a number too large", "no number", "cut"],
)
def test_a_home_that_is_none_is_no_place(line: str, hume: Caller) -> None:
    users = hume.root / "passwd"
    users.write_text(f"{line}\n")

    done = say_without_home(users)

    assert done.returncode == 75
    assert b"there is no drop folder: set HOME, HUME_DIR or HUME_SPOOL" in done.stderr


def test_the_client_and_the_others_mean_the_same_folder_without_home() -> None:
    found = places.find({}, run=pathlib.Path("/nonexistent"), drop=pathlib.Path("/nonexistent"))

    assert found.root == layout.default_dir({})
