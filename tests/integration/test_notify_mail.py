# SPDX-License-Identifier: MIT
"""Mail, by a real SMTP server."""

import socket
import threading

import pytest

from humeops.central.notify import channels
from humeops.central.notify.channels import RefusedError, UnreachableError
from humeops.central.notify.wording import Wording
from tests.fixtures import telling
from tests.fixtures.mailserver import mail_server

WORDING = Wording(zone="Europe/Madrid")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return telling.certificate(tmp_path_factory.mktemp("certificate"))


def _channel(box, **given):
    whole = {"type": "mail", "to": ["ops@example.org"], "from": "hume <hume@example.org>", "port": box.port}
    return channels.read(whole | given, "ops")


def _tell(channel, message=None):
    channels.deliver(channel, message or telling.message(), WORDING, telling.AT)


def test_a_mail_has_a_subject_a_text_and_a_page_and_says_that_a_machine_sent_it():
    with mail_server() as box:
        _tell(_channel(box))

    (mail,) = box.mails
    assert mail["Subject"] == "[hume] backup on db1 failed: exit 3 at line 41, after db-dumped"
    assert (mail["From"], mail["To"]) == ("hume <hume@example.org>", "ops@example.org")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Sat, 28 Nov 2026 02:15:02 -0000"
    assert "03:10:02 CET" in mail.get_body(("plain",)).get_content()
    assert "<h1" in mail.get_body(("html",)).get_content()


def test_a_second_attempt_is_the_same_mail_and_a_recovery_is_in_the_thread_of_its_problem():
    bad = telling.item(since_ns=telling.AT)
    well = telling.item(
        state="ok", before="failed", reason="", since_ns=telling.AT + telling.HOUR, downtime_ns=telling.HOUR
    )
    with mail_server() as box:
        for _ in range(2):
            _tell(_channel(box), telling.message(bad))
        _tell(_channel(box), telling.message(well, kind="recovery", key="t-18:ops"))
        _tell(_channel(box), telling.message(telling.item(task="other"), key="t-19:ops"))

    first, again, recovery, other = box.mails
    assert first["Message-ID"] == again["Message-ID"] != recovery["Message-ID"]
    assert first["References"] == recovery["References"] != other["References"]


def test_starttls_and_a_password_from_a_file(certificate, tmp_path):
    (tmp_path / "password").write_text("hunter2\n")
    given = {"username": "hume", "password": f"file:{tmp_path}/password", "ca_file": str(certificate)}
    with mail_server(certificate, "starttls", password="hunter2") as box:
        _tell(_channel(box, security="starttls", **given))

    assert (box.in_tls, box.logins) == ([True], [("hume", "hunter2")])


def test_tls_from_the_first_byte(certificate):
    with mail_server(certificate, "tls") as box:
        _tell(_channel(box, security="tls", ca_file=str(certificate)))

    assert box.in_tls == [True]


def test_a_wrong_password_is_refused_and_not_shown(certificate):
    with mail_server(certificate, "starttls", password="right") as box:
        channel = _channel(box, security="starttls", username="hume", password="hunter2", ca_file=str(certificate))
        with pytest.raises(RefusedError, match="535") as raised:
            _tell(channel)

    assert "hunter2" not in str(raised.value) + repr(channel)
    assert box.mails == []


def test_a_server_without_starttls_gets_nothing():
    with mail_server() as box, pytest.raises(RefusedError, match="does not offer STARTTLS; `security` may be"):
        _tell(_channel(box, security="starttls"))

    assert box.mails == []


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(certificate):
    with mail_server(certificate, "starttls") as box:
        channel = _channel(box, security="starttls")
        with pytest.raises(UnreachableError, match="`ca_file` names who vouches for it"):
            _tell(channel)

    assert box.mails == []


@pytest.mark.parametrize(
    ("answer", "error"), [("550 no such user", RefusedError), ("451 later please", UnreachableError)]
)
def test_what_the_server_answers_decides_whether_to_try_again(answer, error):
    with mail_server() as box:
        box.answer = answer
        with pytest.raises(error, match=answer.split()[0]):
            _tell(_channel(box))


def test_a_recipient_that_is_refused_is_named_and_the_others_have_the_mail():
    with mail_server() as box:
        box.refuse["gone@example.org"] = "550 gone"
        with pytest.raises(RefusedError, match=r"not accepted for gone@example.org: 550 gone"):
            _tell(_channel(box, to=["ops@example.org", "gone@example.org"]))

    assert box.envelopes == [("hume@example.org", ["ops@example.org"])]


def test_a_text_in_any_script_arrives_as_it_was():
    reason = "Запись не удалась: диск полон 💾"
    with mail_server() as box:
        _tell(_channel(box), telling.message(telling.item(reason=reason)))

    (mail,) = box.mails
    assert reason in mail["Subject"]
    assert reason in mail.get_body(("plain",)).get_content()


def test_nobody_there_is_tried_again():
    with mail_server() as box:
        port = box.port
    with pytest.raises(UnreachableError, match="localhost, port"):
        _tell(_channel(box, port=port))


def test_a_server_that_dribbles_has_its_time_and_no_more():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def dribble():
            connection, _ = listening.accept()
            with connection:
                while not over.wait(0.1):
                    try:
                        connection.send(b"220-wait\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=dribble)
        thread.start()
        channel = channels.read(
            {"type": "mail", "to": ["a@b.c"], "from": "h@b.c", "port": listening.getsockname()[1], "timeout": 1}, "ops"
        )
        with pytest.raises(UnreachableError):
            _tell(channel)
        over.set()
        thread.join()


def test_where_machines_are_told_their_secrets_no_mail_is_sent():
    channel = channels.read({"type": "mail", "to": ["a@b.c"], "from": "h@b.c", "host": "169.254.169.254"}, "ops")
    with pytest.raises(RefusedError, match=r"`notify.internal`"):
        _tell(channel)
