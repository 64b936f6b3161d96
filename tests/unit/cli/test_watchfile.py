# SPDX-License-Identifier: MIT
import pytest

from humeops.api.schemas import WatchView
from humeops.cli import watchfile
from humeops.errors import ConfigError

TEXT = """
[[watch]]
task = "backup"
host = "db*"
tag = "prod"
cron = "15 3 * * *"
at_least = 1
flags = { db-dumped = "20m", copied = "1h" }
limits = ["backup_bytes > 1GB", "files > 0"]
"""


def written(tmp_path, text):
    path = tmp_path / "w.toml"
    path.write_text(text)
    return path


def test_a_file_says_the_same_as_the_options(tmp_path):
    (wish,) = watchfile.read(written(tmp_path, TEXT))

    assert (wish.task, wish.host, wish.tag, wish.by) == ("backup", "db*", "prod", "w.toml")
    assert wish.expect == {
        "cron": "15 3 * * *",
        "at_least": "1",
        "flags": "db-dumped 20m, copied 1h",
        "limits": "backup_bytes > 1GB, files > 0",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[watch]]\nhost = 'a'", "names no `task`"),
        ("[[watch]]\ntask = 3", "names no `task`"),
        ("[[watch]]\ntask = 'a'\nhost = 3", "`host` is no text"),
        ("[[watches]]\ntask = 'a'", "`watches`"),
        ("watch = 3", "`watch`"),
        ("[[watch]]\ntask = 'a'\n[[watch]]\ntask = 'a'", "declared twice"),
        ("[[watch", "w.toml"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path, text, told):
    with pytest.raises(ConfigError, match=told):
        watchfile.read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        watchfile.read(tmp_path / "none.toml")


def test_the_difference_names_what_is_new_and_what_changes(tmp_path):
    wishes = watchfile.read(
        written(tmp_path, "[[watch]]\ntask='a'\nhost='h'\nevery='1d'\n[[watch]]\ntask='b'\nhost='h'\nmax='1h'\n")
    )
    known = [WatchView("h", "a", {"every": "2d"}, "owner", 0), WatchView("h", "b", {"max": "1h"}, "owner", 0)]

    assert [(sign, wish.task, lines) for sign, wish, lines in watchfile.difference(wishes, known)] == [
        ("~", "a", ["- every = 2d", "+ every = 1d"])
    ]
