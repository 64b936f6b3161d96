# SPDX-License-Identifier: MIT
"""Mail, by SMTP. Off this machine only in TLS, unless the settings say otherwise; a password never without it.

What belongs to one trouble (the problem, its reminders, its recovery) is one thread in a mail program. The Message-ID is made
of the message's key, so that a second attempt is the same mail and mailboxes that know the first drop it.
"""

import contextlib
import email.message
import email.policy
import email.utils
import hashlib
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import msgspec

from humeops.central.notify import reach, secret
from humeops.central.notify.channel import Allowed, Channel, Seconds
from humeops.central.notify.failure import ConfigError, RefusedError, UnreachableError, quoted, reaching
from humeops.central.notify.message import Message
from humeops.central.notify.wording import Wording

_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
Recipient = Annotated[str, msgspec.Meta(pattern=f"^{_ADDRESS}$", max_length=254)]
Sender = Annotated[
    str, msgspec.Meta(pattern=f'^({_ADDRESS}|[^<>"\\\\\\x00-\\x1f\\x7f]* <{_ADDRESS}>)$', max_length=320)
]
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


class Mail(Channel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="mail", tag_field="type"):
    """Where mail goes and by which server."""

    SECRETS: ClassVar[tuple[str, ...]] = ("password",)

    to: Annotated[tuple[Recipient, ...], msgspec.Meta(min_length=1, max_length=100)]
    sender: Sender = msgspec.field(name="from")
    host: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:_-]+$", max_length=253)] = "localhost"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0  # 0: the usual one of this security
    security: Literal["", "starttls", "tls", "none"] = ""  # empty: starttls, and none on this machine
    username: Annotated[str, msgspec.Meta(max_length=320)] = ""
    password: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    ca_file: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    html: bool = True
    timeout: Seconds = 30

    def check(self) -> None:
        """Raise ConfigError for what can't work."""
        super().check()
        if bool(self.username) != bool(self.password):
            missing, there = ("password", "username") if self.username else ("username", "password")
            raise ConfigError(f"`{missing}`: it is missing, and there is a `{there}`; give both or none")
        if self.password and self.safety() == "none" and not self._is_here():
            raise ConfigError("`security`: a password is not sent without TLS; write starttls or tls")

    def safety(self) -> str:
        """Return how the connection is protected."""
        return self.security or ("none" if self._is_here() else "starttls")

    def place(self) -> tuple[str, int]:
        """Return the server's name and port."""
        return self.host, self.port or _PORTS[self.safety()]

    def _is_here(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def deliver(channel: Mail, message: Message, wording: Wording, now_ns: int, allowed: Allowed) -> None:
    """Hand the mail to the server; when this returns, the server has taken it for every recipient.

    A mail server may stand inside, as most do; only where machines are told their secrets none is asked.
    """
    mail = compose(channel, message, wording, now_ns)
    host, port = channel.place()
    addresses = _addresses(channel, allowed)
    password = secret.read(channel.password, "password")
    connection = reach.dial(host, addresses, port, channel.timeout)
    with _explained(host), reach.limited(connection, channel.timeout), _session(channel, connection) as session:
        if channel.username:
            session.login(channel.username, password)
        refused = session.send_message(mail, email.utils.parseaddr(channel.sender)[1], list(channel.to))
    if refused:
        raise _partly(refused)


def check_place(channel: Mail, allowed: Allowed) -> None:
    """Raise RefusedError for a server that is not asked, or certificates that are not there."""
    if channel.ca_file:
        _context(channel)
    _addresses(channel, allowed)


def _addresses(channel: Mail, allowed: Allowed) -> list[reach.Address]:
    host, port = channel.place()
    addresses = reach.resolve(host, port)
    for address in addresses:
        if reach.is_metadata(address) and not reach.is_listed(address, allowed.internal):
            raise RefusedError(reach.inside(host, address))
    return addresses


def compose(channel: Mail, message: Message, wording: Wording, now_ns: int) -> email.message.EmailMessage:
    """Return the mail. Its headers are made of one line each, whatever the message holds."""
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.to)
    mail["Subject"] = wording.subject(message)
    mail["Date"] = email.utils.formatdate(now_ns // 1_000_000_000)
    domain = email.utils.parseaddr(channel.sender)[1].rpartition("@")[2]
    mail["Message-ID"] = f"<{_digest('message', message.key)}@{domain}>"
    thread = f"<{_digest('thread', thread_of(message))}@{domain}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    # No holiday notice answers it (RFC 3834); the other is for servers that know only that.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(wording.text(message), cte="quoted-printable")
    if channel.html:
        mail.add_alternative(wording.html(message), subtype="html", cte="quoted-printable")
    return mail


def thread_of(message: Message) -> str:
    """Return what the mails of one trouble have in common: what it is about, and when it began."""
    if message.thread or not message.items:
        return message.thread or message.key
    first = message.items[0]
    began = first.since_ns - (first.downtime_ns or 0) if message.kind == "recovery" else first.since_ns
    # To the second: how long it was bad may have been rounded.
    return f"{first.host}\n{first.task}\n{began // 1_000_000_000}"


class _Session(smtplib.SMTP):
    """SMTP over a connection that is there already: its address has been looked at."""

    def __init__(self, connection: socket.socket, host: str, seconds: float) -> None:
        self._connection = connection
        super().__init__(host, 1, timeout=seconds)
        self._host = host  # the name that its certificate must bear

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._connection


@contextlib.contextmanager
def _session(channel: Mail, connection: socket.socket) -> Iterator[smtplib.SMTP]:
    host, _ = channel.place()
    with connection:
        if channel.safety() == "tls":
            connection = _context(channel).wrap_socket(connection, server_hostname=host)
        session: smtplib.SMTP | None = None
        try:
            session = _Session(connection, host, channel.timeout)
            session.ehlo_or_helo_if_needed()
            if channel.safety() == "starttls":
                # Without an offer this raises: nothing goes on in the clear, whoever stands between.
                session.starttls(context=_context(channel))
                session.ehlo()
            yield session
            with contextlib.suppress(OSError, smtplib.SMTPException):
                session.quit()
        finally:
            # With TLS it is another object than the one above, and STARTTLS makes yet another.
            connection.close()
            if session is not None:
                session.close()


def _context(channel: Mail) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=channel.ca_file or None)
    except (OSError, ssl.SSLError):
        raise RefusedError(f"`ca_file`: {channel.ca_file} can't be read, or holds no certificates") from None


@contextlib.contextmanager
def _explained(host: str) -> Iterator[None]:
    """Make of what may go wrong in a session one line, and decide whether to try again."""
    try:
        with reaching(host):
            yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _partly(error.recipients) from error
    except smtplib.SMTPNotSupportedError as error:
        offers = "STARTTLS" if "STARTTLS" in str(error) else "what is needed"
        hint = "; `security` may be tls, or none within a network you trust" if offers == "STARTTLS" else ""
        raise RefusedError(f"{host} does not offer {offers}{hint}: {quoted(str(error))}") from error
    except smtplib.SMTPResponseException as error:
        raise _answered(host, error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError, EOFError) as error:
        raise UnreachableError(f"{host}: {quoted(str(error)) or type(error).__name__}") from error


def _answered(host: str, code: int, said: bytes | str) -> RefusedError | UnreachableError:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = f"{host} answered {code} {quoted(words)}".rstrip()
    return RefusedError(line) if 500 <= code < 600 else UnreachableError(line)


def _partly(refused: dict[str, tuple[int, bytes]]) -> RefusedError | UnreachableError:
    """Return the error for recipients that were refused; those that were not have the mail."""
    told = "; ".join(f"{to}: {code} {quoted(said.decode('utf-8', 'replace'))}" for to, (code, said) in refused.items())
    line = f"not accepted for {told[:1_000]}"
    return RefusedError(line) if all(code >= 500 for code, _ in refused.values()) else UnreachableError(line)


def _digest(what: str, text: str) -> str:
    return hashlib.sha256(f"{what}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
