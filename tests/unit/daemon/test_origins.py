# SPDX-License-Identifier: MIT
"""What humed itself says of a sayer: the host's own name for the user, and arguments as the host's owner wants them told."""

import os

import pytest

from humeops.daemon.config import OriginSettings
from humeops.daemon.origins import Origins
from humeops.daemon.sayer import Sayer
from humeops.daemon.users import Users
from humeops.wire import codec
from tests.unit.daemon.sayings import say

PASSWD = "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\nbackup:x:34:34::/:/bin/sh\nbroken\n:x:5:5\nodd:x:x:1\n"


@pytest.fixture
def passwd(tmp_path):
    path = tmp_path / "passwd"
    path.write_text(PASSWD)
    return path


def stamped(passwd, uid, kind="start", arguments="redact", **origin):
    event = codec.decode(say(kind, task="t", origin=origin))
    Origins("web1", OriginSettings(arguments=arguments), Users(passwd)).stamp(event, Sayer(uid, 4711, "ipc"))
    return event.origin


def test_a_start_tells_the_name_of_its_user(passwd):
    assert stamped(passwd, 34, user="somebody").user == "backup"
    assert stamped(passwd, 0).user == "root"


@pytest.mark.parametrize("uid", [None, 5, 4_000_000])
def test_a_user_whom_the_file_does_not_know_has_no_name(passwd, uid):
    assert stamped(passwd, uid, user="root").user == ""


def test_only_a_start_tells_the_name(passwd):
    assert stamped(passwd, 0, "log", user="root").user == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [("redact", ["--token", "***", "a"]), ("keep", ["--token", "x", "a"]), ("drop", [])],
)
def test_arguments_are_told_as_the_settings_say(passwd, arguments, told):
    assert stamped(passwd, 0, arguments=arguments, args=["--token", "x", "a"]).args == told


def test_a_user_who_is_new_is_known_at_once(passwd):
    users = Users(passwd)
    assert users.name_of(35) == ""

    passwd.write_text(PASSWD + "new:x:35:35::/:/bin/sh\n")
    os.utime(passwd, ns=(1, 1))

    assert users.name_of(35) == "new"


def test_while_the_file_is_being_replaced_what_was_known_holds(passwd):
    users = Users(passwd)
    assert users.name_of(34) == "backup"

    passwd.unlink()
    assert users.name_of(34) == "backup"
    passwd.write_text("other:x:34:34::/:/bin/sh\n")

    assert users.name_of(34) == "other"


def test_a_file_that_is_no_text_knows_who_can_be_read(passwd):
    passwd.write_bytes(b"\xff\xfe:x:1:1\nroot:x:0:0\n")

    assert Users(passwd).name_of(0) == "root"
