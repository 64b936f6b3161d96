# SPDX-License-Identifier: MIT
"""`hume enroll`: gets this host a credential of its own, or puts a new one in the place of the one it has.

The credential is made here and never leaves the host: central is told its hash. Until central has answered, it lies in a draft beside
its place; the same command again goes on with the draft, so that an answer that was lost, or a crash, costs nothing and uses no token
up. A draft that central has denied, or revoked since, is let go, and central is asked anew with another one. humed reads the credential when it needs it, and is told to look at once.
"""

import contextlib
import os
import pathlib
import signal
import sys
from collections.abc import Mapping
from typing import TypeVar

import click
import msgspec
import urllib3

from humeops import wholefile
from humeops.api import enrolviews, schemas
from humeops.cli import client, options, places
from humeops.cli.doctor.gather import daemon
from humeops.clock import SystemClock
from humeops.daemon import pools
from humeops.daemon.config import Config, is_redis
from humeops.errors import ConfigError, Exit, HumeError, NotAllowedError, UnavailableError
from humeops.security import credentials
from humeops.wire import clear, failure

Answer = TypeVar("Answer", bound=msgspec.Struct)
_MOST_LINE = 1_000
_MOST_ANSWER = 65_536


class UsageError(HumeError):
    """What was asked for is not said clearly."""

    exit_code = Exit.USAGE


@click.command("enroll")
@click.argument("url", metavar="URL", required=False, type=options.filled)
@click.argument("token", metavar="[TOKEN]", required=False)
@click.option("--rotate", is_flag=True, help="Put a new credential in the place of the one this host has.")
@click.option("--dir", "folder", metavar="FOLDER", help="The hume folder (default: that of the humed here).")
def command(url: str | None, token: str | None, rotate: bool, folder: str | None) -> int:
    """Let this host report to the central at URL, with a token of `hume-central enroll-token`.

    Without TOKEN it is read from standard input, where nobody sees it in a list of processes.
    """
    chosen = _settings(folder)
    if rotate:
        if url or token:
            raise UsageError("enroll --rotate takes no address and no token: this host's own credential is enough")
        return _rotate(chosen, folder)
    if url is None:
        raise UsageError("enroll URL < token: the address of central, such as https://hume.example")
    return _enroll(chosen, url.rstrip("/"), token or _read_token(), folder)


def _enroll(chosen: Config, url: str, token: str, folder: str | None) -> int:
    client.check_address(url)
    if clear.is_in_the_clear(url):
        raise UsageError(f"{url}: {clear.MEND}")
    if not credentials.is_token(token, "enrol"):
        raise UsageError(
            "this is no token that enrols: one begins with hume_e_, and `hume-central enroll-token` makes it"
        )
    _check_goal(chosen, url)
    draft = chosen.credential_file.with_name(f".{chosen.credential_file.name}.enrolling")
    left = credentials.read_token(draft, "agent")
    answer = _ask(chosen, url, token, draft)
    if answer.state == "denied" and left is not None:
        # Of before: the token that was given now has not been looked at.
        answer = _ask(chosen, url, token, draft)
    if answer.state == "denied":
        raise NotAllowedError(f"central at {url} does not let {chosen.host} in ({answer.fingerprint})")
    if not chosen.central.urls:
        _write(chosen, chosen.central_url_file, url)
    if answer.state == "pending":
        return _wait_for_approval(chosen, url, draft, answer, left, folder)
    _place(draft, chosen.credential_file)
    _wake(folder)
    print(f"{answer.host} reports to {url}; its credential ({answer.fingerprint}) is in {chosen.credential_file}")
    return Exit.OK


def _ask(chosen: Config, url: str, token: str, draft: pathlib.Path) -> enrolviews.Asked:
    """Ask with the credential of the draft, which is gone once it is denied."""
    ask = enrolviews.Ask(chosen.host, credentials.hash_token(_draft(chosen, draft)).hex())
    answer = _post(chosen, f"{url}/api/v1/enrolments", token, ask, enrolviews.Asked)
    if answer.state == "denied":
        draft.unlink(missing_ok=True)
    return answer


def _wait_for_approval(
    chosen: Config, url: str, draft: pathlib.Path, answer: enrolviews.Asked, left: str | None, folder: str | None
) -> int:
    """Say that somebody has to approve; a host with nothing to lose has its credential in place for then.

    What an earlier draft left in that place (`left`) is nothing to lose: it waits as this one does, or was denied.
    """
    if credentials.read_token(chosen.credential_file, "agent") in (None, left):
        _write(chosen, chosen.credential_file, _draft(chosen, draft))
        _wake(folder)
        then = "humed reports as soon as it is"
    else:
        then = "then give this command again: until then the credential it has stays"
    print(
        f"{answer.host} ({answer.fingerprint}) waits at {url} to be approved: hume-central agents approve {answer.host}"
    )
    print(f"{then}; nothing that is said meanwhile is lost")
    return Exit.OK


def _rotate(chosen: Config, folder: str | None) -> int:
    urls = chosen.central.urls or [client.read_line(chosen.central_url_file)]
    if not urls[0]:
        raise UsageError("this host reports to no central yet: hume enroll URL < token")
    if is_redis(urls[0]):
        raise UsageError("it reports straight into Redis: hume-central agent-redis HOST makes another password")
    old = credentials.read_token(chosen.credential_file, "agent")
    if old is None:
        raise NotAllowedError(
            f"{chosen.credential_file} holds no credential that could be changed, or is not yours to read"
        )
    draft = chosen.credential_file.with_name(f".{chosen.credential_file.name}.rotating")
    new = _draft(chosen, draft)
    body = enrolviews.NewCredential(credentials.hash_token(new).hex())
    try:
        answer = _try_all(chosen, urls, old, body)
    except NotAllowedError:
        # Cut off after central's answer, long ago: the one before is over, and the draft is what counts.
        answer = _try_all(chosen, urls, new, body)
    _place(draft, chosen.credential_file)
    _wake(folder)
    kept = credentials.fingerprint(credentials.hash_token(new))
    print(f"{answer.host} has a new credential ({kept}); the one before opens nothing some minutes from now")
    return Exit.OK


def _try_all(chosen: Config, urls: list[str], token: str, body: msgspec.Struct) -> enrolviews.Rotated:
    failed: HumeError | None = None
    for url in urls:
        try:
            return _post(chosen, f"{url.rstrip('/')}/api/v1/credentials", token, body, enrolviews.Rotated)
        except UnavailableError as error:
            failed = error
    raise failed or UnavailableError("no central was asked")


def _post(chosen: Config, url: str, token: str, body: msgspec.Struct, kind: type[Answer]) -> Answer:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = msgspec.json.encode(body)
    try:
        answer = pools.open_pool(chosen.central).request(
            "POST", url, body=data, headers=headers, redirect=False, preload_content=False
        )
        content = answer.read(_MOST_ANSWER)
        answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise UnavailableError(f"central does not answer: {failure.in_words(error)}") from error
    if answer.status in (200, 201):
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise UnavailableError("what answers there is not hume-central") from error
    raise _refusal(answer.status, content)


def _refusal(status: int, content: bytes) -> HumeError:
    try:
        said = msgspec.json.decode(content, type=schemas.Problem).detail
    except (msgspec.MsgspecError, UnicodeDecodeError):
        said = ""
    if status == 401:
        return NotAllowedError("central does not know this token, or its time is over: ask for another one")
    if status == 403:
        return NotAllowedError(f"central does not do this: {said or 'not allowed'}")
    if status in (404, 405):
        return UnavailableError("the central there enrols no hosts: it is older than this hume, or something else")
    if 300 <= status < 400:
        return UnavailableError(f"what answers there leads elsewhere (HTTP {status}), which is not followed")
    return UnavailableError(f"central cannot do this now (HTTP {status}{': ' + said if said else ''})")


def _settings(folder: str | None) -> Config:
    found = places.find(os.environ, folder)
    chosen, complaint = places.settings_of(found)
    if complaint:
        raise ConfigError(complaint)
    if chosen is None:
        raise ConfigError(found.complaint or "there is no folder for hume here; say --dir FOLDER")
    return chosen


def _check_goal(chosen: Config, url: str) -> None:
    """Raise ConfigError when humed here reports to another central: a credential for this one would be of no use."""
    named = [one.rstrip("/") for one in chosen.central.urls]
    if named and url not in named:
        raise ConfigError(
            f"{chosen.file}: `central.url` is {', '.join(named)}; put {url} there, restart humed, then enroll"
        )
    announced = client.read_line(chosen.central_url_file)
    if not named and announced not in ("", url):
        raise ConfigError(
            f"{chosen.central_url_file}: humed here reports to {announced}; "
            f'say url = "{url}" under [central] in {chosen.file}, restart humed, then enroll'
        )


def _draft(chosen: Config, path: pathlib.Path) -> str:
    """Return the credential that this command left here before, or make one and put it there."""
    if (found := credentials.read_token(path, "agent")) is not None:
        return found
    made = credentials.make_token("agent")
    _write(chosen, path, made)
    return made


def _write(chosen: Config, path: pathlib.Path, line: str) -> None:
    """Write a file that humed, and nobody else, can read; root gives it to humed's user."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    wholefile.write_private(path, f"{line}\n")
    owner = _humeds_user(chosen)
    if owner is not None:
        os.chown(path, *owner, follow_symlinks=False)
    wholefile.sync(path.parent)


def _humeds_user(chosen: Config) -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    for path in (chosen.spool, chosen.spool.parent):
        with contextlib.suppress(OSError):
            there = path.stat()
            return there.st_uid, there.st_gid
    return None


def _place(draft: pathlib.Path, path: pathlib.Path) -> None:
    draft.replace(path)
    wholefile.sync(path.parent)


def _wake(folder: str | None, environ: Mapping[str, str] = os.environ) -> None:
    """Have humed look at once. Where it is not ours to tell, it finds the credential itself at its next attempt."""
    found = daemon.look(places.find(environ, folder), SystemClock().wall_ns())
    if found.pid is not None and found.is_humed:
        with contextlib.suppress(OSError):
            os.kill(found.pid, signal.SIGHUP)


def _read_token() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("token", hide_input=True, err=True)).strip()
    return sys.stdin.readline(_MOST_LINE).strip()
