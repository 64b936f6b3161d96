# SPDX-License-Identifier: MIT
"""humed with outputs beside central, and with none but them: real receivers, dead ones, deaths in between."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import ssl
from typing import Any

import pytest

from tests.fixtures import eset, receivers, telling
from tests.fixtures.processes import wait_until


def queue(installed) -> Any:
    return eset.queue(installed)


def configure(installed, *lines):
    (installed.root / "humed.toml").write_text("\n".join(lines) + "\n")


def say(installed, *words):
    assert installed.hume("info", "--strict", "-t", "backup", *words).returncode == 0


def messages(path: pathlib.Path):
    return [json.loads(line)["message"] for line in path.read_text().splitlines()] if path.exists() else []


FILE_ALONE = ("[central]", "forward = false", "[[outputs.file]]")


def test_with_no_central_the_file_has_everything_and_the_spool_lets_go(installed):
    path = installed.root / "events.ndjson"
    configure(installed, *FILE_ALONE, f'path = "{path}"')
    installed.start_humed()

    for number in range(5):
        say(installed, f"n{number}")

    wait_until(lambda: messages(path) == [f"n{number}" for number in range(5)], "the file has all of it")
    wait_until(lambda: not installed.spool_rows(), "the spool has let go")
    view = queue(installed)
    assert (view["depth"], view["forwards"], view["outputs"]["file"]["sent"]) == (0, False, 5)
    shown = installed.hume("queue").stdout
    assert f"to file      {path}: 5 sent" in shown
    assert "nothing is forwarded" in shown


def test_a_central_that_comes_later_counts_nothing_as_lost(installed):
    path = installed.root / "events.ndjson"
    configure(installed, *FILE_ALONE, f'path = "{path}"')
    humed = installed.start_humed()
    say(installed, "before")
    wait_until(lambda: messages(path) and not installed.spool_rows(), "the spool has let go")
    humed.terminate()
    humed.wait()
    configure(installed)
    installed.start_central()
    installed.start_humed()

    say(installed, "after")

    wait_until(
        lambda: installed.central_rows("SELECT message FROM event") == [("after",)], "central has what came after"
    )
    assert installed.central_rows("SELECT silently_lost, declared_lost FROM agent_epoch") == [(0, 0)]


def test_a_death_after_writing_says_it_twice_and_loses_nothing(installed):
    path = installed.root / "events.ndjson"
    configure(installed, *FILE_ALONE, f'path = "{path}"')
    humed = installed.start_humed(HUME_CRASH_AT="output-after-write")
    installed.hume("info", "-t", "backup", "one")
    assert humed.wait() == -signal.SIGKILL
    installed.start_humed()

    say(installed, "two")

    wait_until(lambda: messages(path)[-1:] == ["two"], "the file has it")
    assert messages(path) == ["one", "one", "two"]


def test_killed_in_between_the_file_has_all_that_was_acknowledged(installed):
    path = installed.root / "events.ndjson"
    configure(installed, *FILE_ALONE, f'path = "{path}"')
    said = []
    for begin in range(3):
        humed = installed.start_humed()
        for number in range(10):
            say(installed, f"{begin}.{number}")
            said.append(f"{begin}.{number}")
        humed.kill()
        humed.wait()
    installed.start_humed()

    wait_until(lambda: set(messages(path)) == set(said), "the file has all of it")
    assert list(dict.fromkeys(messages(path))) == said


def test_a_dead_receiver_holds_up_neither_central_nor_the_other_output(installed):
    path = installed.root / "events.ndjson"
    nobody = installed.root / "nobody.sock"
    configure(installed, "[[outputs.syslog]]", f'to = "unix:{nobody}"', "[[outputs.file]]", f'path = "{path}"')
    installed.start_central()
    installed.start_humed()

    say(installed, "hello")

    wait_until(lambda: installed.central_rows("SELECT message FROM event"), "central has it")
    wait_until(lambda: messages(path) == ["hello"], "the file has it")
    view = queue(installed)["outputs"]["syslog"]
    assert (view["behind"], view["missed"], bool(view["last_error"])) == (1, 0, True)
    assert len(installed.spool_rows()) == 1
    found = {one["check"]: one for one in json.loads(installed.hume("doctor", "-o", "json").stdout)}["outputs"]
    assert found["state"] == "warning"
    assert "the output syslog takes no events" in found["found"]

    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as receiver:
        receiver.bind(os.fspath(nobody))
        receiver.settimeout(15)
        assert receiver.recv(9000).endswith(b"backup: hello")
    wait_until(lambda: not installed.spool_rows(), "the spool has let go")


def test_datagrams_over_udp(installed):
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        configure(installed, "[[outputs.syslog]]", f'to = "udp://127.0.0.1:{receiver.getsockname()[1]}"')
        installed.start_humed()
        say(installed, "hello")

        assert receiver.recv(9000).endswith(b"backup: hello")


def test_a_receiver_that_was_restarted_gets_what_comes_next_framed_by_its_length(installed):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(10)
        configure(installed, "[[outputs.syslog]]", f'to = "tcp://127.0.0.1:{server.getsockname()[1]}"')
        installed.start_humed()
        for word in ("one\nforged", "two"):
            say(installed, word)
            peer, _ = server.accept()
            with peer:
                [message] = receivers.octet_counted(peer.recv(65_536))
            assert message.endswith(b"backup: " + word.encode().replace(b"\n", b"\\x0a"))


@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_a_real_rsyslogd_reads_every_field(installed, way):
    with receivers.rsyslogd(installed.root) as rsyslog:
        to = f"unix:{rsyslog.log}" if way == "unix" else f"tcp://127.0.0.1:{rsyslog.port}"
        configure(installed, 'host = "db1"', "[[outputs.syslog]]", f'to = "{to}"')
        installed.start_humed()
        assert installed.hume("warn", "--strict", "-t", "backup", 'a "quoted]" word\n<13>1 forged').returncode == 0

        wait_until(rsyslog.received, "rsyslogd wrote it")
        [[version, severity, host, app, kind, data, text]] = rsyslog.received()
    assert (version, severity, host, app, kind) == ("1", "warning", "db1", "hume", "log")
    assert 'task="backup"' in data
    assert text.lstrip() == 'backup: a "quoted]" word\\x0a<13>1 forged'


def test_over_tls_to_who_is_vouched_for_and_to_nobody_else(installed, tmp_path):
    certificate = telling.certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server, receivers.tls(server, context) as got:
        port = server.getsockname()[1]
        configure(installed, "[[outputs.syslog]]", f'to = "tls://localhost:{port}"')
        humed = installed.start_humed()
        say(installed, "one\nforged")
        wait_until(lambda: "certificate" in queue(installed)["outputs"]["syslog"]["last_error"], "it is refused")
        assert got == []

        trusting = f'ca_file = "{certificate}"'
        configure(installed, "[[outputs.syslog]]", f'to = "tls://localhost:{port}"', trusting)
        humed.send_signal(signal.SIGHUP)

        wait_until(lambda: got, "it came")
        assert got[0].endswith(b"backup: one\\x0aforged")
        say(installed, "two")
        wait_until(lambda: len(got) == 2, "so does the next")

        # The same receiver under a name that its certificate is not for.
        configure(installed, "[[outputs.syslog]]", f'to = "tls://127.0.0.2:{port}"', trusting)
        humed.send_signal(signal.SIGHUP)
        wait_until(lambda: queue(installed)["outputs"]["syslog"]["to"].startswith("tls://127.0.0.2"), "it changed")
        say(installed, "three")
        wait_until(lambda: queue(installed)["outputs"]["syslog"]["last_error"], "it is refused")
        assert len(got) == 2


def test_outputs_come_go_and_change_without_a_restart(installed):
    first, second = installed.root / "first.ndjson", installed.root / "second.ndjson"
    configure(installed, *FILE_ALONE, f'path = "{first}"')
    humed = installed.start_humed()
    say(installed, "one")
    wait_until(lambda: messages(first) == ["one"], "the file has it")

    configure(
        installed,
        *FILE_ALONE,
        f'path = "{second}"',
        "[[outputs.file]]",
        'name = "warnings"',
        'level = "warning"',
        f'path = "{installed.root / "warnings.ndjson"}"',
    )
    humed.send_signal(signal.SIGHUP)
    wait_until(lambda: queue(installed)["outputs"].keys() == {"file", "warnings"}, "there are two")
    wait_until(lambda: queue(installed)["outputs"]["file"]["to"] == str(second), "the first is another")
    say(installed, "two")

    wait_until(lambda: messages(second) == ["two"], "it goes on where the other had come")
    assert messages(first) == ["one"]

    configure(installed, "[central]", "forward = true")
    humed.send_signal(signal.SIGHUP)
    wait_until(lambda: queue(installed)["rules_trouble"], "nobody would have the events")
    say(installed, "three")
    wait_until(lambda: messages(second) == ["two", "three"], "so it keeps what it has")
