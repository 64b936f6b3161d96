# SPDX-License-Identifier: MIT
"""Central as this host and this person see it: does it live, what time has it, does it know the two tokens.

A token is sent where its owner would send it and nowhere else. What is "reported" holds nothing and is no batch, so a
central that knows the credential answers 400 and stores nothing (docs/protocol.md, section 6).
"""

import email.utils
import pathlib
import typing
from collections.abc import Mapping

import msgspec
import urllib3

from humeops.api import schemas
from humeops.cli import client
from humeops.cli.doctor.facts import Answer, Server
from humeops.cli.places import Places
from humeops.clock import NS_PER_SECOND
from humeops.daemon import pools
from humeops.daemon.config import Config, is_redis
from humeops.errors import HumeError, UnavailableError
from humeops.layout import Layout

TIMEOUT_SECONDS = 3.0


def look(where: Places, config: Config | None, environ: Mapping[str, str]) -> Server:
    """Ask the central that humed forwards to; failing that, the one this person would ask."""
    reported_to = _reported_to(config)
    person, complaint = _person(where, environ)
    urls = reported_to or ([person.url] if person else [])
    if not urls:
        return Server()
    with _pool(config if reported_to else None) as pool:
        url, alive, clock_ns, silent = _first_alive(pool, urls)
        if alive.status != 200:
            return Server(url, alive)
        credential = client.read_line(config.credential_file) if config and reported_to else ""
        return Server(
            url=url,
            alive=alive,
            clock_ns=clock_ns,
            asked=_ask(person, complaint),
            reported=_report(pool, url.rstrip("/"), credential) if credential else None,
            lacks_credential=bool(config and reported_to and _is_missing(config.credential_file)),
            is_elsewhere=_is_elsewhere(where),
            silent=silent,
            copied_to=_copied_to(person, config),
        )


def _reported_to(config: Config | None) -> list[str]:
    if config is None or is_redis(config.central.first_url):
        # Straight into its Redis: of central itself only this person knows.
        return []
    announced = client.read_line(config.central_url_file)
    return config.central.urls or ([announced] if announced else [])


def _first_alive(
    pool: urllib3.PoolManager, urls: list[str]
) -> tuple[str, Answer, int | None, tuple[tuple[str, str], ...]]:
    """Return the first address that answers, as humed finds it, and those that do not; the first of all when none does."""
    looked = [(url, *_alive(pool, url.rstrip("/"))) for url in urls]
    silent = tuple((url, told.problem or f"status {told.status}") for url, told, _ in looked if told.status != 200)
    url, alive, clock_ns = next((one for one in looked if one[1].status == 200), looked[0])
    return url, alive, clock_ns, silent


def _pool(config: Config | None) -> urllib3.PoolManager:
    """Return connections as humed's are, as far as this person may read what it shows."""
    if config is None:
        return urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False)
    hurried = msgspec.structs.replace(config.central, timeout_seconds=TIMEOUT_SECONDS)
    try:
        return pools.open_pool(hurried)
    except UnavailableError:
        return pools.open_pool(msgspec.structs.replace(hurried, client_cert="", client_key=""))


def _is_missing(path: pathlib.Path) -> bool:
    # One that may not be seen is no missing one.
    try:
        return not path.stat().st_size
    except OSError as error:
        return isinstance(error, FileNotFoundError)


def _is_elsewhere(where: Places) -> bool:
    if where.is_system or where.root is None:
        return False
    here = Layout(where.root)
    return not (here.database.exists() or here.central_config.exists())


def _person(where: Places, environ: Mapping[str, str]) -> tuple[client.Central | None, str]:
    # For the system's humed, this person's own folder and variables still say whom he asks.
    folder = None if where.is_system or where.root is None else str(where.root)
    try:
        return client.find_central(None, folder, environ, TIMEOUT_SECONDS), ""
    except UnavailableError:
        return None, ""
    except HumeError as error:
        return None, str(error)


def _alive(pool: urllib3.PoolManager, url: str) -> tuple[Answer, int | None]:
    try:
        answer = pool.request("GET", f"{url}/healthz", redirect=False)
    except urllib3.exceptions.HTTPError as error:
        return Answer(0, client.cause(error)), None
    return Answer(answer.status), _clock(answer.headers.get("Date", ""))


def _clock(date: str) -> int | None:
    try:
        return int(email.utils.parsedate_to_datetime(date).timestamp()) * NS_PER_SECOND
    except (TypeError, ValueError, OverflowError):
        return None


def _ask(person: client.Central | None, complaint: str) -> Answer | None:
    if person is None:
        return Answer(0, complaint) if complaint else None
    try:
        person.fetch("tasks", dict[str, typing.Any], {"limit": 1})
    except HumeError as error:
        return Answer(0, str(error))
    return Answer(200)


def _copied_to(person: client.Central | None, config: Config | None) -> tuple[str, ...]:
    if person is None or config is None:
        return ()
    try:
        found = person.fetch("agents", schemas.AgentPage, {"host": config.host}).items
    except HumeError:
        return ()  # what keeps him from asking is told by itself
    return tuple(one.host or "?" for agent in found if agent.shared_at is not None for one in agent.shared_by)


def _report(pool: urllib3.PoolManager, url: str, credential: str) -> Answer:
    headers = {"Authorization": f"Bearer {credential}", "Content-Type": "application/json"}
    try:
        answer = pool.request("POST", f"{url}/api/v1/intake", body=b"{}", headers=headers, redirect=False)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        return Answer(0, client.cause(error))
    return Answer(answer.status, client.problem_of(answer.data) if answer.status == 403 else "")
