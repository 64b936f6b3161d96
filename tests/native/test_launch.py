# SPDX-License-Identifier: MIT
"""What hume takes for the one who started the script: cron, at, ssh, a terminal, systemd."""

import typing

import pytest

from tests.native.family import process, told
from tests.native.golden import Parent

INVOCATION = "0123456789abcdef0123456789abcdef"
PTS_3 = 136 << 8 | 3
SERVICE = "0::/system.slice/nightly.service\n"


def script(**more: typing.Any) -> Parent:
    return process("/bin/sh", "/srv/job", comm="job", **more)


SYSTEMD = ("/lib/systemd/systemd", "--user")


@pytest.mark.parametrize(
    ("launcher", "by"),
    [
        *[(name, "cron") for name in ("cron", "crond", "CROND", "anacron", "fcron")],
        ("atd", "at"),
        *[(name, "ssh") for name in ("sshd", "sshd-session", "dropbear")],
        *[(name, "") for name in ("tini", "supervisord", "runsv", "bash")],
    ],
)
def test_the_launcher_among_the_ancestors_tells(launcher: str, by: str) -> None:
    origin = told([script(), process("timeout", "5"), process(launcher)])

    assert (origin.by, origin.tty) == (by, "")


@pytest.mark.parametrize("launcher", ["cron", "atd", "sshd"])
def test_cron_at_and_ssh_count_more_than_a_terminal_and_a_service(launcher: str) -> None:
    origin = told([script(terminal=PTS_3, cgroup=SERVICE), process(launcher)], INVOCATION_ID=INVOCATION)

    assert origin.by in ("cron", "at", "ssh")
    assert (origin.unit, origin.invocation, origin.tty) == ("", "", "pts/3")


def test_ssh_tells_the_address_it_came_from() -> None:
    connection = "2001:db8::7%eth0 50522 2001:db8::1 22"

    assert told([script(), process("sshd")], SSH_CONNECTION=connection).client == "2001:db8::7%eth0"


@pytest.mark.parametrize("connection", ["", " 50522", "x" * 65])
def test_an_address_that_is_none_is_left_out(connection: str) -> None:
    origin = told([script(), process("sshd")], SSH_CONNECTION=connection)

    assert (origin.by, origin.client) == ("ssh", "")


def test_an_address_without_ssh_is_left_out() -> None:
    assert told([script(), process("cron")], SSH_CONNECTION="192.0.2.7 1 192.0.2.1 22").client == ""


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        (SERVICE, "nightly.service"),
        ("0::/system.slice/system-backup.slice/backup@shop\\x2ddb.service\n", "backup@shop\\x2ddb.service"),
        ("0::/system.slice/ci.service/job/17\n", "ci.service"),
        ("0::/user.slice/user-0.slice/user@0.service/app.slice/sync.service\n", "sync.service"),
        ("9:name=systemd:/system.slice/old.service\n1:cpu:/\n0::/\n", "old.service"),
        ("1:cpu:/x.service\n0::/\n", ""),
        ("0::/user.slice/user-0.slice/session-3.scope\n", ""),
        ("0::/user.slice/user-0.slice/user@0.service/init.scope\n", ""),
        ("0::/user.slice/user-0.slice/user@0.service\n", ""),
        ("0::/system.slice/docker-0123.scope\n", ""),
        ("0::/x.service/y.scope\n", ""),
        ("0::/\n", ""),
        ("0::", ""),
        ("", ""),
        ("no colon at all", ""),
        ("0::/a.service", "a.service"),
    ],
)
def test_the_unit_is_the_service_of_the_scripts_control_group(cgroup: str, unit: str) -> None:
    origin = told([script(cgroup=cgroup), process("systemd")], INVOCATION_ID=INVOCATION)

    assert (origin.by, origin.unit) == ("systemd" if unit else "", unit)
    assert origin.invocation == (INVOCATION if unit else "")


def test_the_lines_of_a_full_file_of_control_groups_are_read_within_its_room() -> None:
    lines = "".join(f"{number}:name=systemd:/{'x' * 97}\n" for number in range(60))

    assert told([script(cgroup=lines), process("systemd")]).unit == ""


@pytest.mark.parametrize("invocation", ["", "not hexadecimal", "a" * 65])
def test_an_invocation_that_is_none_is_left_out(invocation: str) -> None:
    origin = told([script(cgroup=SERVICE), process("systemd")], INVOCATION_ID=invocation)

    assert (origin.unit, origin.invocation) == ("nightly.service", "")


def test_a_script_in_a_terminal_window_that_is_a_service_was_started_in_a_terminal() -> None:
    origin = told(
        [script(terminal=PTS_3, cgroup=SERVICE), process("bash"), process("window"), process(*SYSTEMD)],
        INVOCATION_ID=INVOCATION,
    )

    assert (origin.by, origin.tty, origin.unit) == ("terminal", "pts/3", "")


def test_a_service_with_a_terminal_is_one_of_systemd() -> None:
    origin = told([script(terminal=PTS_3, cgroup=SERVICE), process(*SYSTEMD)])

    assert (origin.by, origin.tty, origin.unit) == ("systemd", "pts/3", "nightly.service")


@pytest.mark.parametrize(
    ("device", "name"),
    [
        (136 << 8 | 0, "pts/0"),
        (136 << 8 | 255, "pts/255"),
        (0x100000 | 136 << 8 | 44, "pts/300"),
        (137 << 8 | 1, "pts/257"),
        (4 << 8 | 1, "tty1"),
        (4 << 8 | 64, "ttyS0"),
        (229 << 8, ""),
    ],
)
def test_the_terminal_has_its_name(device: int, name: str) -> None:
    origin = told([script(terminal=device), process("bash")])

    assert (origin.by, origin.tty) == ("terminal", name)


def test_only_a_start_tells_what_started_the_script() -> None:
    origin = told([script(terminal=PTS_3, exe="/bin/sh", cwd="/srv"), process("cron")], "info", "x")

    assert (origin.by, origin.tty, origin.exe, origin.cwd, origin.sha256) == ("", "", "", "", "")
