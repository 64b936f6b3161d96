# SPDX-License-Identifier: MIT
"""Questions to central over HTTP: where it is, which token opens it, and its answers as types of humeops.api.schemas.

Central is named by --central or HUME_CENTRAL, as an address or as the name of a profile (`hume login`), or by HUME_PROFILE; else found
in this person's hume folder (`central.url`, and `token` beside it), else the default profile. The folder's token is sent to no other address: for a central named by hand, HUME_TOKEN has to be given. Redirects are not
followed, for the same reason.
"""

import os
import pathlib
import re
import typing
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import urllib3

from humeops.api import schemas
from humeops.cli import profiles
from humeops.errors import Exit, HumeError, NotAllowedError, UnavailableError
from humeops.layout import Layout, default_dir
from humeops.wire import behalf, failure

# A person waits; central answers in milliseconds. A question that takes it too long it gives up itself after 10 s, and says so: it is to be heard.
TIMEOUT_SECONDS = 15.0
PAGE = 1_000  # items asked for at once; the most that central gives
START_IT = "start it with: hume up"

TOKEN = re.compile(r"[\x21-\x7e]+")  # what an HTTP header takes

Answer = typing.TypeVar("Answer")
Item = typing.TypeVar("Item")
Params = Mapping[str, str | int | Sequence[str] | None]


class NotFoundError(HumeError):
    """Central knows no such thing."""

    exit_code = Exit.DATA


class ConflictError(HumeError):
    """Central understood what is wished, and it does not fit how things stand."""

    exit_code = Exit.DATA


class RefusedQuestionError(HumeError):
    """Central understood the question and finds it wrong."""

    exit_code = Exit.USAGE

    def __init__(self, text: str, faults: Sequence[schemas.Fault] = ()) -> None:
        """`faults`: each thing that is wrong, with its place, where central tells them."""
        super().__init__(text)
        self.faults = faults


class AddressError(HumeError):
    """What was given as central's address is none."""

    exit_code = Exit.USAGE


class Page(typing.Protocol[Item]):
    """What every list of the API looks like."""

    items: list[Item]
    next: str | None


class Central:
    """One central and the token that opens it. Every method raises a HumeError whose text can be shown as it is."""

    def __init__(self, url: str, token: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(timeout_seconds), retries=urllib3.Retry(connect=1, read=1, redirect=0, status=0)
        )

    def acting_as(self, who: str) -> "Central":
        """Have central's audit log name who sits at its own machine; it believes that of the owner's token alone."""
        self._headers[behalf.HEADER] = who
        return self

    def fetch(self, path: str, answer: type[Answer], params: Params | None = None) -> Answer:
        """Ask `/api/v1/PATH` and return the answer."""
        return self._read(self._ask("GET", f"{self.url}/api/v1/{path}{_query(params or {})}"), answer)

    def send(self, path: str, answer: type[Answer], body: object = None, method: str = "POST") -> Answer:
        """Send this to `/api/v1/PATH` and return the answer. Never tried twice: what was done must not be done again."""
        given = msgspec.json.encode(body) if body is not None else b""
        url = f"{self.url}/api/v1/{path}"
        text = self._ask(method, url, body=given, headers={**self._headers, "Content-Type": "application/json"})
        return self._read(text, answer)

    def items(
        self,
        path: str,
        page: type[Page[Item]],
        params: Params,
        limit: int,
        heed: typing.Callable[[typing.Any], object] | None = None,
    ) -> Iterator[Item]:
        """Yield the items of a list, page by page, until there are no more or so many were given.

        `heed` is shown each page, and makes it the last one by returning True.
        """
        left, after = limit, None
        while left > 0:
            answer = self.fetch(path, page, {**params, "limit": min(PAGE, left), "after": after})
            is_enough = heed is not None and heed(answer) is True
            yield from answer.items[:left]
            left -= len(answer.items)
            # The same cursor again would be asked for ever.
            if is_enough or answer.next is None or answer.next == after:
                return
            after = answer.next

    def stream(self, path: str, params: Params, place: str, silence_seconds: float) -> Iterator[bytes]:
        """Yield what `/api/v1/PATH` sends until it ends; `place` is where an earlier one was, if there was one."""
        headers = {**self._headers, "Accept": "text/event-stream", **({"Last-Event-ID": place} if place else {})}
        given = {"headers": headers, "preload_content": False, "timeout": silence_seconds}
        response = self._open("GET", f"{self.url}/api/v1/{path}{_query(params)}", **given)
        try:
            while part := response.read1(65_536):
                yield part
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"central at {self.url} stopped ({cause(error)})") from error
        finally:
            response.close()

    def is_ready(self) -> bool:
        """Tell whether central answers and can work; never raises."""
        try:
            return self._pool.request("GET", f"{self.url}/readyz", retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def _read(self, body: bytes, answer: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(body, type=answer)
        except msgspec.MsgspecError as error:
            raise HumeError(f"central at {self.url} answers in a way this hume does not know: {error}") from error

    def _ask(self, method: str, url: str, **given: typing.Any) -> bytes:
        return self._open(method, url, **given).data

    def _open(self, method: str, url: str, **given: typing.Any) -> urllib3.BaseHTTPResponse:
        try:
            response = self._pool.request(method, url, **{"headers": self._headers, **given})
        except urllib3.exceptions.LocationValueError:
            raise AddressError(f"not an address of central: {self.url!a}") from None
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"central at {self.url} does not answer ({cause(error)}); {START_IT}") from error
        if response.status not in (200, 201):
            raise self._error(response.status, response.data)
        return response

    def _error(self, status: int, body: bytes) -> HumeError:
        said = problem_of(body)
        if status in (401, 403):
            detail = f": {said}" if said else ""
            return NotAllowedError(f"central at {self.url} does not accept this token{detail}")
        if status == 404:
            return NotFoundError(said or "central knows no such thing")
        if status == 409:
            return ConflictError(said or "that does not fit how things stand")
        if status in (400, 422):
            return RefusedQuestionError(said or "central does not understand the question", _problem(body).faults)
        if status in (429, 502, 503, 504):
            return UnavailableError(f"central at {self.url} cannot answer now ({said or status}); try again")
        return HumeError(f"central at {self.url} failed with status {status}{': ' + said if said else ''}")


def find_central(
    url: str | None,
    folder: str | None = None,
    environ: Mapping[str, str] = os.environ,
    timeout: float = TIMEOUT_SECONDS,
) -> Central:
    """Return the central named by `url` or HUME_CENTRAL, else that of the hume folder."""
    layout = Layout(pathlib.Path(folder).absolute() if folder else default_dir(dict(environ)))
    local = read_line(layout.central_url)
    address = url or environ.get("HUME_CENTRAL") or ""
    if profile := _profile(address, folder, local, environ):
        return Central(profile.url, (environ.get("HUME_TOKEN") or "").strip() or profile.token, timeout)
    address = address or local
    if not address:
        raise UnavailableError(f"no central here ({layout.central_url} is missing); {START_IT}")
    check_address(address)
    return Central(address, _find_token(address, local, layout, environ), timeout)


def _profile(address: str, folder: str | None, local: str, environ: Mapping[str, str]) -> profiles.Profile | None:
    """Return the profile that is meant, if one is."""
    if profiles.NAME.fullmatch(address):
        return profiles.named(profiles.place(environ), address)
    if address or folder:
        return None
    if name := environ.get("HUME_PROFILE"):
        return profiles.named(profiles.place(environ), name)
    return None if local else profiles.read(profiles.place(environ)).get(profiles.DEFAULT)


def _find_token(address: str, local: str, layout: Layout, environ: Mapping[str, str]) -> str:
    token, place = (environ.get("HUME_TOKEN") or "").strip(), "HUME_TOKEN"
    if not token and _same(address, local):
        token, place = read_line(layout.person_token), str(layout.person_token)
    if not token:
        hint = "set HUME_TOKEN" if not _same(address, local) else f"{layout.person_token} is missing or not readable"
        raise NotAllowedError(f"no token for central at {address}: {hint}")
    if not TOKEN.fullmatch(token):
        # It is not shown: it may be a token but for one character.
        raise NotAllowedError(f"what is in {place} is no token: a token is one word of ASCII characters")
    return token


def read_line(path: pathlib.Path) -> str:
    """Return the first line of a small file, empty when it is not there or not ours to read."""
    try:
        return path.read_text("utf-8", "replace").partition("\n")[0].strip()
    except OSError:
        return ""


def check_address(address: str) -> None:
    try:
        parts = urllib.parse.urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise AddressError(f"not an address of central: {address!a}; it looks like http://127.0.0.1:4863")


def _same(address: str, local: str) -> bool:
    return bool(local) and address.rstrip("/") == local.rstrip("/")


def _query(params: Params) -> str:
    given = {name: value for name, value in params.items() if value not in (None, "", ())}
    return f"?{urllib.parse.urlencode(given, doseq=True)}" if given else ""


def problem_of(body: bytes) -> str:
    """Return what central says is wrong, in one line; nothing when it says nothing."""
    problem = _problem(body)
    return " ".join((problem.detail or problem.title).split())[:300]


def _problem(body: bytes) -> schemas.Problem:
    try:
        return msgspec.json.decode(body, type=schemas.Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return schemas.Problem("", 0)


def cause(error: Exception) -> str:
    """Return why a request failed, in words."""
    return failure.in_words(error)
