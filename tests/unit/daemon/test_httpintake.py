# SPDX-License-Identifier: MIT
"""Batches over HTTP against a real server that answers well, badly, too much, half, late or not at all.

It is long, since each kind of answer and each way to central is a test of its own.
"""

import dataclasses
import http.server
import shutil
import ssl
import subprocess
import threading
import time

import pytest
import zstandard

from humeops.daemon import config
from humeops.daemon.forwarder import SlowDownError, TooLargeError
from humeops.daemon.httpintake import MAX_ANSWER_BYTES, HttpIntake
from humeops.errors import NotAllowedError, UnavailableError
from humeops.wire import batch

RECEIPT = b'{"committed_upto":7,"stored":1,"known":0,"dead":0}'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Central)
        if self.headers.get("Content-Encoding") == "zstd":
            body = zstandard.decompress(body)
        self.server.requests.append((self.path, dict(self.headers), body, self.client_address))
        self.server.answer(self)

    do_GET = do_POST

    def log_message(self, *_):
        pass


class Central(http.server.ThreadingHTTPServer):
    """Gives whatever answer a test puts into it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.answers(200, RECEIPT)

    def answers(self, status, body=b"", **headers):
        def answer(handler):
            handler.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answer = answer

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        pass  # a peer that hung up is what some of these tests are about


@pytest.fixture
def central():
    with Central() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def chosen(tmp_path, central):
    (tmp_path / "agent-token").write_text("s3cret\n")
    (tmp_path / "central.url").write_text(f"{central.url}\n")
    return config.load(tmp_path)


@pytest.fixture
def intake(chosen):
    made = HttpIntake(chosen)
    yield made
    made.forget()


def test_a_batch_goes_to_the_intake_with_the_credential_and_the_receipt_comes_back(intake, central):
    assert intake.send(b"{}") == batch.Receipt(7, 1, 0, 0)

    path, headers, body, _ = central.requests[0]
    assert (path, body) == ("/api/v1/intake", b"{}")
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Content-Type"] == "application/json"


def test_batches_share_one_connection(intake, central):
    for _ in range(3):
        intake.send(b"{}")

    assert len({peer for *_, peer in central.requests}) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotAllowedError), (403, NotAllowedError), (413, TooLargeError), (429, SlowDownError), (503, SlowDownError)]
    + [(status, UnavailableError) for status in (201, 204, 400, 404, 500, 502)],
)
def test_an_answer_that_is_no_receipt_is_an_error_that_names_its_status(intake, central, status, kind):
    central.answers(status)

    with pytest.raises(kind) as told:
        intake.send(b"{}")

    assert type(told.value) is kind
    assert kind is TooLargeError or f"HTTP {status}" in str(told.value)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("300", 300),
        ("99999999", 300),
        ("-5", 0),
        ("x", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("²", 0),
    ],
)
def test_retry_after_is_honoured_up_to_five_minutes(intake, central, header, seconds):
    central.answers(503, Retry_After=header)

    with pytest.raises(SlowDownError) as told:
        intake.send(b"{}")

    assert told.value.wait_seconds == seconds


def test_a_redirect_is_not_followed_with_the_credential(intake, central):
    central.answers(307, Location=f"{central.url}/elsewhere")

    with pytest.raises(UnavailableError, match="HTTP 307"):
        intake.send(b"{}")

    assert [path for path, *_ in central.requests] == ["/api/v1/intake"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>welcome</html>", b"{}", b'{"committed_upto":"all"}', b"\xff", b"[" * 9_000]
)
def test_an_answer_that_makes_no_sense_is_no_receipt(intake, central, body):
    central.answers(200, body)

    with pytest.raises(UnavailableError, match="nonsense"):
        intake.send(b"{}")


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_without_end_is_not_read_to_its_end(intake, central, status):
    sent: list[int] = []

    def flood(handler):
        handler.send_response(status)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while len(sent) < 10_000:
            handler.wfile.write(b"x" * MAX_ANSWER_BYTES)
            sent.append(MAX_ANSWER_BYTES)

    central.answer = flood

    with pytest.raises(UnavailableError, match="more than 65536 bytes"):
        intake.send(b"{}")

    assert len(sent) < 10_000


def test_after_a_flood_the_next_batch_gets_its_own_answer(intake, central):
    central.answers(200, b"x" * (MAX_ANSWER_BYTES + 100))
    with pytest.raises(UnavailableError):
        intake.send(b"{}")
    central.answers(200, RECEIPT)

    assert intake.send(b"{}").committed_upto == 7


def test_a_connection_cut_in_the_middle_of_the_answer_is_no_receipt(intake, central):
    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(RECEIPT) + 10))
        handler.end_headers()
        handler.wfile.write(RECEIPT)
        handler.close_connection = True

    central.answer = cut

    with pytest.raises(UnavailableError, match="does not answer"):
        intake.send(b"{}")


def test_a_connection_cut_before_the_answer_is_no_receipt(intake, central):
    def cut(handler):
        handler.close_connection = True

    central.answer = cut

    with pytest.raises(UnavailableError, match="does not answer"):
        intake.send(b"{}")


def test_a_central_that_does_not_answer_is_given_up(chosen, central):
    released = threading.Event()
    central.answer = lambda _: released.wait(20)
    intake = HttpIntake(dataclasses.replace(chosen, central=config.CentralSettings(timeout_seconds=0.1)))

    began = time.monotonic()
    with pytest.raises(UnavailableError, match="does not answer"):
        intake.send(b"{}")
    released.set()
    intake.forget()

    assert time.monotonic() - began < 10


@pytest.mark.parametrize("missing", ["agent-token", "central.url"])
def test_a_file_that_is_not_there_yet_is_told_and_found_when_it_comes(intake, tmp_path, missing):
    content = (tmp_path / missing).read_text()
    (tmp_path / missing).unlink()
    with pytest.raises(UnavailableError, match=f"not there yet: .*{missing}"):
        intake.send(b"{}")
    (tmp_path / missing).write_text(content)

    assert intake.send(b"{}").committed_upto == 7


def test_a_central_that_moved_is_found_after_the_first_failure(intake, central, tmp_path):
    intake.send(b"{}")
    central.answers(500)
    with pytest.raises(UnavailableError):
        intake.send(b"{}")

    (tmp_path / "central.url").write_text(f"{central.url}/moved/")
    central.answers(200, RECEIPT)
    intake.send(b"{}")

    assert central.requests[-1][0] == "/moved/api/v1/intake"


def test_a_renewed_credential_is_found_after_the_first_refusal(intake, central, tmp_path):
    central.answers(401)
    with pytest.raises(NotAllowedError):
        intake.send(b"{}")

    (tmp_path / "agent-token").write_text("renewed")
    central.answers(200, RECEIPT)
    intake.send(b"{}")

    assert central.requests[-1][1]["Authorization"] == "Bearer renewed"


def test_what_was_told_to_forget_is_read_again_without_a_failure(intake, central, tmp_path):
    intake.send(b"{}")
    (tmp_path / "agent-token").write_text("renewed")
    intake.forget()
    intake.send(b"{}")

    assert central.requests[-1][1]["Authorization"] == "Bearer renewed"


@pytest.mark.parametrize("content", ["two\nlines", "ünïcode\u2028", ""])
def test_a_credential_that_cannot_be_sent_is_told_and_not_shown(intake, tmp_path, content):
    (tmp_path / "agent-token").write_text(content)

    with pytest.raises(UnavailableError) as told:
        intake.send(b"{}")

    assert "two" not in str(told.value)


@pytest.mark.parametrize("content", ["", "nowhere", "ftp://x", "http://", "http://[::1", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_told(intake, tmp_path, content):
    (tmp_path / "central.url").write_text(content)

    with pytest.raises(UnavailableError):
        intake.send(b"{}")


def test_nobody_listening_is_told(intake, tmp_path, central):
    (tmp_path / "central.url").write_text("http://127.0.0.1:1")

    with pytest.raises(UnavailableError, match="does not answer"):
        intake.send(b"{}")


def test_an_address_that_fails_leaves_the_batch_to_the_next_which_is_then_kept(chosen, central):
    urls = ["http://127.0.0.1:1", central.url]
    intake = HttpIntake(dataclasses.replace(chosen, central=config.CentralSettings(url=urls)))

    for _ in range(2):
        assert intake.send(b"{}") == batch.Receipt(7, 1, 0, 0)

    assert intake._targets[0][0].startswith(central.url)
    intake.forget()


def test_the_first_trouble_is_told_when_no_address_takes_the_batch(chosen, central):
    central.answers(503, Retry_After="7")
    urls = [central.url, "http://127.0.0.1:1"]
    intake = HttpIntake(dataclasses.replace(chosen, central=config.CentralSettings(url=urls)))

    with pytest.raises(SlowDownError):
        intake.send(b"{}")


def test_a_batch_goes_through_the_proxy_that_is_named(chosen, central):
    # A proxy is asked for the whole address, with its own name and password and not in the address.
    settings = config.CentralSettings(url="http://central.test", proxy=central.url.replace("//", "//me:pw@"))
    intake = HttpIntake(dataclasses.replace(chosen, central=settings))

    assert intake.send(b"{}") == batch.Receipt(7, 1, 0, 0)

    path, headers, *_ = central.requests[0]
    assert path == "http://central.test/api/v1/intake"
    assert headers["proxy-authorization"] == "Basic bWU6cHc="
    intake.forget()


@pytest.mark.parametrize("vouched", [True, False])
def test_central_is_believed_by_the_certificates_that_are_named(chosen, central, tmp_path, vouched):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=x -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    central.socket = tls.wrap_socket(central.socket, server_side=True)
    settings = config.CentralSettings(
        url=central.url.replace("http:", "https:"), ca_file=str(tmp_path / "cert") if vouched else ""
    )
    intake = HttpIntake(dataclasses.replace(chosen, central=settings))

    if vouched:
        assert intake.send(b"{}") == batch.Receipt(7, 1, 0, 0)
    else:
        with pytest.raises(UnavailableError, match="central does not answer"):
            intake.send(b"{}")
    intake.forget()


def test_a_credential_that_systemd_hands_over_goes_before_the_folders_own(tmp_path):
    handed = tmp_path / "credentials"
    handed.mkdir()

    before = config.load(tmp_path, environ={"CREDENTIALS_DIRECTORY": str(handed)}).credential_file
    (handed / "agent-token").write_text("x")
    after = config.load(tmp_path, environ={"CREDENTIALS_DIRECTORY": str(handed)}).credential_file

    assert (before, after) == (tmp_path / "agent-token", handed / "agent-token")


def test_a_central_that_knows_no_compression_gets_it_plain(intake, central):
    def answer(handler):
        packed = "Content-Encoding" in handler.headers
        handler.send_response(400 if packed else 200)
        handler.send_header("Content-Length", str(0 if packed else len(RECEIPT)))
        handler.end_headers()
        handler.wfile.write(b"" if packed else RECEIPT)

    central.answer = answer
    for _ in range(2):
        assert intake.send(b"{}").committed_upto == 7

    assert ["Content-Encoding" in headers for _, headers, *_ in central.requests] == [True, False, False]
