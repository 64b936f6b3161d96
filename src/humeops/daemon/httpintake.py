# SPDX-License-Identifier: MIT
"""Batches to central over HTTP (docs/protocol.md, section 6), compressed, with keep-alive and the credential of this host.

Address and credential are read again whenever a request fails, so that a central that moved or a renewed credential is
found without a restart; a renewed client certificate is shown from the next batch on. Of several addresses, which all lead to the same central, the first that takes the batch is kept
until it fails; each batch is offered to all of them before the forwarder hears of trouble.
"""

import pathlib
import re
import socket
import urllib.parse

import msgspec
import urllib3
import zstandard

from humeops.daemon import pools
from humeops.daemon.config import ADDRESS_FORM, Config
from humeops.daemon.forwarder import SlowDownError, TooLargeError
from humeops.errors import HumeError, MalformedEventError, NotAllowedError, UnavailableError
from humeops.visible import visible
from humeops.wire import batch, clear, failure

# A receipt has about 70 bytes; whatever answers instead of central is not read to its end.
MAX_ANSWER_BYTES = 65_536
# However long central wants to be left alone, humed asks again after this.
MAX_RETRY_AFTER_SECONDS = 300.0

_ADDRESS = re.compile(ADDRESS_FORM)
CREDENTIAL = re.compile(r"[\x21-\x7e]{1,1000}")

_WHY = {
    401: "central does not know this host's credential",
    403: "this host's credential may not report",
    429: "central asks to slow down",
    503: "central is not able now",
}


class _Problem(msgspec.Struct):
    detail: str = ""


class HttpIntake:
    """One connection to central; used by the forwarding thread alone."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._pool: urllib3.PoolManager | None = None
        self._stamp: pools.Stamp = ()
        self._targets: list[tuple[str, dict[str, str]]] = []
        self._packer = zstandard.ZstdCompressor(level=3)
        self._packs = True  # until a central does not know it

    def forget(self) -> None:
        """Read addresses, credential and certificates again before the next batch."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.clear()
        self._targets = []
        self._packs = True

    def send(self, body: bytes) -> batch.Receipt:
        """Send one batch; return what central has committed, or raise a HumeError that says what is in the way."""
        self._targets = self._targets or self._find()
        shown = self._targets
        try:
            return self._offer(body)
        except NotAllowedError:
            # The credential may have been renewed under us: then nothing waits, and nobody reads of a trouble that is none.
            renewed = self._find()
            if dict(renewed) == dict(shown):
                raise
            self._targets = renewed
            return self._offer(body)

    def _offer(self, body: bytes) -> batch.Receipt:
        """Offer one batch to every address in turn."""
        failed: list[HumeError] = []
        for target in list(self._targets):
            try:
                return self._send_to(target, body)
            except TooLargeError:
                raise
            except HumeError as error:
                failed.append(error)
                # The next batch tries it last.
                self._targets.append(self._targets.pop(0))
        self.forget()
        raise failed[0]

    def _send_to(self, target: tuple[str, dict[str, str]], body: bytes) -> batch.Receipt:
        url, headers = target
        try:
            pool = self._connected()
            if self._packs:
                headers = {**headers, "Content-Encoding": "zstd"}
            data = self._packer.compress(body) if self._packs else body
            answer = pool.request("POST", url, body=data, headers=headers, redirect=False, preload_content=False)
            content = _content(answer)
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"central does not answer: {failure.in_words(error)}") from error
        if self._packs and answer.status in (400, 415):
            # A central of before compression takes it for no batch; what is wrong otherwise is said again without.
            self._packs = False
            return self._send_to(target, body)
        return _receipt(answer, content)

    def _connected(self) -> urllib3.PoolManager:
        stamp = pools.stamp(self._config.central)
        if self._pool is not None and stamp != self._stamp:
            # The certificate of an open connection is the one of before.
            self._pool.clear()
            self._pool = None
        if self._pool is None:
            self._pool, self._stamp = pools.open_pool(self._config.central), stamp
        return self._pool

    def _find(self) -> list[tuple[str, dict[str, str]]]:
        urls = self._config.central.urls or [self._announced()]
        token = read_line(self._config.credential_file, "this host's credential", CREDENTIAL)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return [(f"{url.rstrip('/')}/api/v1/intake", headers) for url in urls]

    def _announced(self) -> str:
        file = self._config.central_url_file
        url = read_line(file, "the address of central", _ADDRESS)
        if clear.is_in_the_clear(url) and not _is_own(url):
            raise UnavailableError(f"{file}: {clear.MEND}")
        return url


def _is_own(url: str) -> bool:
    """Tell whether this address is one of this machine's, by which a central beside us may be announced."""
    try:
        host = urllib.parse.urlsplit(url).hostname or ""
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, 0))
    except (OSError, ValueError):
        return False
    return True


def _content(answer: urllib3.BaseHTTPResponse) -> bytes:
    content = answer.read(MAX_ANSWER_BYTES + 1)
    if len(content) > MAX_ANSWER_BYTES:
        answer.close()  # the connection goes with it: what is left unread must not pass for the next answer
        raise UnavailableError(f"central answered nonsense: more than {MAX_ANSWER_BYTES} bytes (HTTP {answer.status})")
    answer.release_conn()
    return content


def _receipt(answer: urllib3.BaseHTTPResponse, content: bytes) -> batch.Receipt:
    if answer.status == 200:
        try:
            return batch.unpack_receipt(content)
        except MalformedEventError as error:
            raise UnavailableError(f"central answered nonsense: {error}") from error
    if answer.status == 413:
        raise TooLargeError("central finds the batch too large")
    why = f"{_WHY.get(answer.status, 'central answered')} (HTTP {answer.status})"
    if answer.status in (401, 403):
        raise NotAllowedError(f"{why}{_detail(content)}" if answer.status == 403 else why)
    if answer.status in (429, 503):
        raise SlowDownError(why, _retry_after_seconds(answer.headers.get("Retry-After", "")))
    raise UnavailableError(why)


def _detail(content: bytes) -> str:
    try:
        said = msgspec.json.decode(content, type=_Problem).detail
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return f": {visible(' '.join(said.split())[:200])}" if said else ""


def _retry_after_seconds(header: str) -> float:
    # The form with a date is not honoured: it would need central's clock. The back-off then decides alone.
    if not (header.isascii() and header.isdigit()):
        return 0.0
    return min(float(header), MAX_RETRY_AFTER_SECONDS)


def read_line(path: pathlib.Path, what: str, form: re.Pattern[str]) -> str:
    """Return what this file holds, if it has this form."""
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"{what} is not there yet: {path}") from error
    if not form.fullmatch(text):
        # Its content is not shown: it may be a credential.
        raise UnavailableError(f"{what} is not what is in {path}")
    return text
