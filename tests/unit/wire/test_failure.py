# SPDX-License-Identifier: MIT
"""Why a request failed is told in words, whatever a real HTTP library wraps around it."""

import socket
import ssl
import threading

import pytest
import urllib3

from humeops.wire import failure


@pytest.fixture
def answering():
    """Listen on loopback and answer each connection with these bytes; None: with silence."""
    ended = []

    def serve(data):
        listening = socket.create_server(("127.0.0.1", 0))

        def run():
            try:
                while True:
                    peer, _ = listening.accept()
                    with peer:
                        peer.settimeout(5)
                        peer.recv(4096)
                        if data is None:
                            peer.recv(1)  # until the other side gives up
                        else:
                            peer.sendall(data)
            except OSError:
                pass

        thread = threading.Thread(target=run)
        thread.start()
        ended.append((listening, thread))
        return listening.getsockname()[1]

    yield serve
    for listening, thread in ended:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _why(url, retries):
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(0.3), retries=retries)
    with pool, pytest.raises(urllib3.exceptions.HTTPError) as failed:
        pool.request("GET", url)
    return failure.in_words(failed.value)


@pytest.mark.parametrize("retries", [False, urllib3.Retry(0, redirect=0)], ids=["bare", "wrapped"])
@pytest.mark.parametrize(
    ("scheme", "data", "words"),
    [
        ("http", b"SSH-2.0-x\r\n", "what answers there does not speak HTTP"),
        ("http", b"", "it closed the connection"),
        ("http", None, "timed out"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "the connection broke off"),
        (
            "http",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            "its answer cannot be read",
        ),
        (
            "https",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "TLS failed: the other side does not speak it (http:// instead of https://?)",
        ),
    ],
    ids=["junk", "closed", "silent", "half", "no gzip", "no TLS"],
)
def test_what_the_other_side_did_is_told(answering, scheme, data, words, retries):
    assert _why(f"{scheme}://127.0.0.1:{answering(data)}/", retries) == words


@pytest.mark.parametrize("retries", [False, urllib3.Retry(0)], ids=["bare", "wrapped"])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/", "connection refused"),
        ("http://a..b/", "the address cannot be read"),
        ("http://127.0.0.1:99999/", "the address cannot be read"),
        ("http://[::1/", "the address cannot be read"),
    ],
)
def test_what_is_wrong_with_the_address_is_told(url, words, retries):
    assert _why(url, retries) == words


def test_a_certificate_is_told_by_what_is_wrong_with_it():
    wrong = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    wrong.verify_message = "self-signed certificate"

    assert failure.in_words(urllib3.exceptions.SSLError(wrong)) == "TLS failed: self-signed certificate"


def test_what_nobody_foresaw_has_words_too_and_a_circle_ends():
    strange = RuntimeError("x")
    strange.__cause__ = strange

    assert failure.in_words(strange) == "the connection failed"
