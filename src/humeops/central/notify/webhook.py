# SPDX-License-Identifier: MIT
"""A webhook: the message as JSON, signed, by POST to an address of the user's choice.

One request, to an address that was looked at; no redirect is followed, no proxy asked, no more read of the answer than its head.
Accepted means a status of 2xx.
"""

import contextlib
import http.client
import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterator
from typing import Annotated, ClassVar

import msgspec

from humeops.central.notify import document, reach, secret, signing
from humeops.central.notify.channel import Allowed, Channel, Seconds, Text
from humeops.central.notify.failure import ConfigError, RefusedError, UnreachableError, reaching
from humeops.central.notify.message import Message
from humeops.central.notify.wording import Wording

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = ("host", "content-length", "content-type", "idempotency-key", "connection", "transfer-encoding", "user-agent")
# What may be otherwise in a while; everything else of 4xx stays as it is.
_LATER = (408, 409, 423, 425, 429)
_MOST_WAIT = 86_400


class Webhook(Channel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook", tag_field="type"):
    """Where the message is posted, and with what."""

    SECRETS: ClassVar[tuple[str, ...]] = ("url", "secret", "old_secret", "headers")

    url: Text
    secret: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    old_secret: Annotated[str, msgspec.Meta(max_length=4_000)] = ""  # while receivers change from it to the new one
    headers: Annotated[dict[str, Annotated[str, msgspec.Meta(max_length=4_000)]], msgspec.Meta(max_length=20)] = (
        msgspec.field(default_factory=dict)
    )
    ca_file: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    timeout: Seconds = 15

    def check(self) -> None:
        """Raise ConfigError for what can't work."""
        super().check()
        try:
            if not secret.is_reference(self.url):
                _split(self.url)
            for setting, text in (("secret", self.secret), ("old_secret", self.old_secret)):
                if text and not secret.is_reference(text):
                    signing.key_of(text, setting)
        except RefusedError as error:
            raise ConfigError(str(error)) from None
        for name, text in self.headers.items():
            if not _HEADER.fullmatch(name) or name.lower() in _OURS or name.lower().startswith("webhook-"):
                raise ConfigError(f"`headers.{name}`: this header can't be set; it is no name of one, or hume sets it")
            if not text.isascii() or not text.isprintable():
                raise ConfigError(f"`headers.{name}`: a header's text is one line of ASCII")

    def shown(self) -> dict[str, object]:
        """Return the settings for a listing; of an address that stands here, its host alone."""
        told = super().shown()
        if not secret.is_reference(self.url):
            told["url"] = f"{urllib.parse.urlsplit(self.url).scheme}://{_host_in(self.url)}/…"
        return told


def deliver(channel: Webhook, message: Message, wording: Wording, now_ns: int, allowed: Allowed) -> None:
    """Post the message; when this returns, the other side has answered that it took it."""
    body = document.of(message, wording.subject(message), wording.short(message), wording.text(message))
    url = _split(secret.read(channel.url, "url"))
    headers = _headers(channel, document.key_of(message), now_ns // 1_000_000_000, body)
    host, port = _place(url)
    connection = reach.connect(host, port, allowed.internal, channel.timeout)
    with connection, _explained(host), reach.limited(connection, channel.timeout):
        _only_inside_unencrypted(url.scheme, host, connection)
        status, wait = _post(_encrypted(channel, url, connection), url, body, headers)
    _judge(host, status, wait)


def check_place(channel: Webhook, allowed: Allowed) -> None:
    """Raise RefusedError for an address that is none, leads inside, or would carry the message in the clear."""
    if channel.ca_file:
        _context(channel)
    url = _split(secret.read(channel.url, "url"))
    host, port = _place(url)
    addresses = reach.allowed(host, port, allowed.internal)
    if url.scheme == "http" and addresses and all(map(reach.is_public, addresses)):
        raise RefusedError(_in_the_clear(host))


def _place(url: urllib.parse.SplitResult) -> tuple[str, int]:
    return str(url.hostname), url.port or (443 if url.scheme == "https" else 80)


def _split(text: str) -> urllib.parse.SplitResult:
    """Return the address in its parts; raise RefusedError, which does not show it: it may hold a password."""
    expected = "an address is expected, such as https://chat.example/hooks/1"
    try:
        url = urllib.parse.urlsplit(text)
        good = url.scheme in ("https", "http") and bool(url.hostname) and url.port != 0
    except ValueError:
        raise RefusedError(f"`url`: {expected}") from None
    if not good or not text.isascii() or not text.isprintable() or " " in text:
        raise RefusedError(f"`url`: {expected}")
    if url.username is not None:
        raise RefusedError("`url`: a name and password go into `headers`, as Authorization, and not into the address")
    return url


def _headers(channel: Webhook, key: str, seconds: int, body: bytes) -> dict[str, str]:
    secrets = [("secret", channel.secret), ("old_secret", channel.old_secret)]
    keys = [signing.key_of(secret.read(text, setting), setting) for setting, text in secrets if text]
    given = {name: secret.read(text, f"headers.{name}") for name, text in channel.headers.items()}
    if bad := next((name for name, text in given.items() if not text.isascii()), None):
        raise RefusedError(f"`headers.{bad}`: a header's text is one line of ASCII")
    return {
        **given,
        "Content-Type": "application/json",
        "User-Agent": "hume",
        "Idempotency-Key": key,
        "Connection": "close",
        **signing.headers(key, seconds, body, keys),
    }


def _only_inside_unencrypted(scheme: str, host: str, connection: socket.socket) -> None:
    if scheme == "http" and reach.is_public(reach.peer(connection)):
        raise RefusedError(_in_the_clear(host))


def _in_the_clear(host: str) -> str:
    return f"`url`: {host} is on the internet, and http would carry the message in the clear; use https"


def _encrypted(channel: Webhook, url: urllib.parse.SplitResult, connection: socket.socket) -> socket.socket:
    if url.scheme == "http":
        return connection
    return _context(channel).wrap_socket(connection, server_hostname=url.hostname)


def _context(channel: Webhook) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=channel.ca_file or None)
    except (OSError, ssl.SSLError):
        raise RefusedError(f"`ca_file`: {channel.ca_file} can't be read, or holds no certificates") from None


def _post(
    connection: socket.socket, url: urllib.parse.SplitResult, body: bytes, headers: dict[str, str]
) -> tuple[int, int | None]:
    """Return the status of the answer, and for how many seconds it asks to be left alone."""
    asked = http.client.HTTPConnection(url.netloc)
    asked.sock = connection
    try:
        path = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
        asked.request("POST", path, body, headers)
        answer = asked.getresponse()
        wait = answer.getheader("Retry-After", "")
        return answer.status, min(int(wait), _MOST_WAIT) if wait.isascii() and wait.isdigit() else None
    finally:
        asked.close()


def _judge(host: str, status: int, wait: int | None) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise RefusedError(
            f"{host} answered {status} and leads elsewhere, which is not followed; put the last address in `url`"
        )
    reason = http.client.responses.get(status, "")
    line = f"{host} answered {status} {reason}".rstrip()
    if status >= 500 or status < 200 or status in _LATER:
        raise UnreachableError(line, wait)
    raise RefusedError(line)


@contextlib.contextmanager
def _explained(host: str) -> Iterator[None]:
    try:
        with reaching(host):
            yield
    except (http.client.HTTPException, OSError, ValueError) as error:
        # Not the error's own words: some of them quote what was sent, and with it a secret.
        raise UnreachableError(
            f"{host}: the connection broke, or what came was no HTTP ({type(error).__name__})"
        ) from error


def _host_in(url: str) -> str:
    try:
        return urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return ""
