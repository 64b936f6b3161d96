# SPDX-License-Identifier: MIT
"""What each verb of `hume-central` does: its start and stop, in order.

A role keeps nothing of its own: the truth is in the database, what is on its way in Redis. So each may be started as often as
wanted, and killed at any moment.
"""

import contextlib
import os
import signal
import socket
import threading
import typing
from collections.abc import Callable, Iterator, Sequence

from prometheus_client.registry import Collector

from humeops import systemd
from humeops.api import announcing, app, certificates, health, monitor, server
from humeops.api.service import Central, People
from humeops.central import addresses, config, delivering, details, door, indexing, metrics, retention
from humeops.central import notifier as notifying
from humeops.central import watcher as watching
from humeops.central.collector import YOUNG_OF_WORKER, calm
from humeops.central.config import Config
from humeops.central.notify import channel
from humeops.central.notify.trying import Trial
from humeops.central.store import partitions, schema
from humeops.central.store.database import Database, plain_errors
from humeops.cli import centralfirst, centralpicture, centralupkeep
from humeops.cli.centraldatabase import note, opened, require_schema
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.errors import ConfigError, Exit
from humeops.web import pages

if typing.TYPE_CHECKING:
    from humeops.central.openid.provider import Provider


def serve(chosen: Config) -> int:
    """Do everything in one process: the watcher and the notifier are threads of it and, with Redis, so is the folding."""
    config.check_address(chosen)
    # The database first: its lock tells whether this folder is ours. Only then are the address and the tokens touched.
    with opened(chosen, makes=True) as database:
        _prepare(database, chosen)
        folding = _folding_beside(chosen, database) if chosen.redis else _tending_beside(chosen, database)
        with folding, _watching_beside(chosen, database), _notifying_beside(chosen, database):
            _answer(chosen, database, tells=True)
    return Exit.OK


def api(chosen: Config) -> int:
    """Take in and answer; the schema and the tokens are somebody else's matter (`init`)."""
    config.check_address(chosen)
    with opened(chosen) as database:
        require_schema(database)
        _answer(chosen, database)
    return Exit.OK


def worker(chosen: Config) -> int:
    """Fold what waits in the streams until told to stop."""
    from humeops.central.stream import working

    if not chosen.redis:
        raise ConfigError("`redis`: a worker takes batches from Redis; name it, such as redis://127.0.0.1:6379/0")
    with opened(chosen) as database:
        loop = working.Loop(chosen.redis, chosen.partitions, database, SystemClock(), name_of_process())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        require_schema(database)
        watched = _watched(chosen, database)._replace(trouble=loop.trouble)
        with _tending_beside(chosen, database, loop.leads), _monitor(chosen, watched):
            calm(YOUNG_OF_WORKER)
            print("hume-central worker ready", flush=True)
            loop.run()
    return Exit.OK


def watcher(chosen: Config) -> int:
    """Look at what is due until told to stop."""
    with opened(chosen) as database:
        made = _watcher(chosen, database)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: made.stop())
        require_schema(database)
        with _monitor(chosen, _watched(chosen, database)._replace(trouble=made.progress.trouble)):
            print("hume-central watcher ready", flush=True)
            systemd.notify("READY=1")
            made.run()
    return Exit.OK


def notifier(chosen: Config) -> int:
    """Tell people of what is wrong until told to stop."""
    with opened(chosen) as database:
        made = _notifier(chosen, database)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: made.stop())
        require_schema(database)
        with _monitor(chosen, _watched(chosen, database)._replace(trouble=made.progress.trouble)):
            print("hume-central notifier ready", flush=True)
            systemd.notify("READY=1")
            made.run()
    return Exit.OK


def init(chosen: Config) -> int:
    """Prepare the database and leave the owner's token and this machine's credential in the folder."""
    with opened(chosen, makes=True) as database:
        _prepare(database, chosen)
        note(database, "prepare database", str(schema.newest()))
        link = centralfirst.link(database, chosen)
    print(f"{database.name} is prepared; the owner's token is in {chosen.person_token}")
    print(link, end="")
    return Exit.OK


ROLES: dict[str, Callable[[Config], int]] = {
    "serve": serve,
    "api": api,
    "worker": worker,
    "watcher": watcher,
    "notifier": notifier,
    "init": init,
    "migrate": centralupkeep.migrate,
    "rebuild": centralupkeep.rebuild,
}


def name_of_process() -> str:
    """Return a name that no other process of the installation has."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _prepare(database: Database, chosen: Config) -> None:
    keys = [
        door.Key(chosen.person_token, "person", door.OWNER),
        door.Key(chosen.agent_token, "agent", chosen.agent_host, chosen.agent_host),
    ]
    with plain_errors(database.name):
        schema.upgrade(database)
        database.write(lambda connection: partitions.provide(connection, SystemClock().wall_ns()))
        door.provide(database, keys, SystemClock().wall_ns())


def _answer(chosen: Config, database: Database, tells: bool = False) -> None:
    watched = _watched(chosen, database)
    with server.listen(chosen.host, chosen.port) as bound, _monitor(chosen, watched):
        place = announcing.Announcing(chosen.url_file, server.url_of(bound))
        try:
            central = _central(chosen, database, watched.gauges)
            central = central._replace(trial=Trial(channel.allowed(chosen.notify), tells))
            made = app.make_app(central, pages.make_pages(central.people.offer), chosen.proxies)
            server.serve(made, bound, lambda: _announce(place))
        finally:
            place.stop()


def _central(chosen: Config, database: Database, gauges: Sequence[Collector]) -> Central:
    headers = certificates.Headers(*chosen.cert_headers, chosen.cert_required, chosen.agent_host)
    people = People(chosen.proxies, chosen.user_header, _provider(chosen), headers)
    current = centralpicture.of(chosen, database)
    if not chosen.redis:
        return Central(database, SystemClock(), current, gauges=gauges, people=people)
    import redis.asyncio

    from humeops.central.stream.intake import StreamIntake

    client = redis.asyncio.Redis.from_url(chosen.redis, socket_timeout=10, socket_connect_timeout=5)
    stream = StreamIntake(client, chosen.partitions, chosen.longest)
    return Central(database, SystemClock(), current, stream, gauges, people)


def _provider(chosen: Config) -> "Provider | None":
    if chosen.openid is None:
        return None
    from humeops.central.openid.provider import Provider

    return Provider(chosen.openid, SystemClock())


def _watched(chosen: Config, database: Database) -> monitor.Watched:
    gauges: list[Collector] = [metrics.Connections(database)]
    if not chosen.redis:
        return monitor.Watched(gauges, lambda: _trouble(database))
    from humeops.central.stream.queues import Queues

    queues = Queues(chosen.redis, chosen.partitions)
    return monitor.Watched([*gauges, queues], lambda: _trouble(database) or queues.trouble())


def _trouble(database: Database) -> str:
    return health.trouble_of(database) or watching.trouble_of(database, SystemClock().wall_ns())


@contextlib.contextmanager
def _monitor(chosen: Config, watched: monitor.Watched) -> Iterator[None]:
    if not chosen.metrics:
        yield
        return
    host, port = addresses.metrics_place(chosen.metrics)
    with monitor.listening(host, port, watched) as url:
        print(f"hume-central metrics at {url}/metrics", flush=True)
        yield


def _announce(place: announcing.Announcing) -> None:
    place.start()
    print(f"hume-central ready at {place.url}", flush=True)


def _watcher(chosen: Config, database: Database) -> watching.Watcher:
    copies: watching.Copies | None = None
    if chosen.redis:
        import redis

        from humeops.central.current.judged import Judged

        copies = Judged(redis.Redis.from_url(chosen.redis, socket_timeout=10, socket_connect_timeout=5), database)
    return watching.Watcher(database, SystemClock(), chosen.silent_after * NS_PER_SECOND, chosen.ping_url, copies)


@contextlib.contextmanager
def _watching_beside(chosen: Config, database: Database) -> Iterator[None]:
    made = _watcher(chosen, database)
    # The first look is before anything is answered: whoever asks whether central is ready finds it watched.
    made.step()
    thread = threading.Thread(target=made.run, name="watcher")
    thread.start()
    try:
        yield
    finally:
        made.stop()
        thread.join()


def _notifier(chosen: Config, database: Database) -> notifying.Notifier:
    delivery = delivering.Delivery(chosen.notify, chosen.person_token.parent)
    enrich = details.Details(database, chosen.url).enrich
    return notifying.Notifier(database, SystemClock(), delivery.deliver, enrich, chosen.setup)


@contextlib.contextmanager
def _notifying_beside(chosen: Config, database: Database) -> Iterator[None]:
    made = _notifier(chosen, database)
    # As with the watcher: whoever asks whether central is ready finds that somebody tells.
    made.judge()
    with _beside("notifier", made.run, made.stop):
        yield


@contextlib.contextmanager
def _folding_beside(chosen: Config, database: Database) -> Iterator[None]:
    from humeops.central.stream import working

    loop = working.Loop(chosen.redis, chosen.partitions, database, SystemClock(), name_of_process())
    with _tending_beside(chosen, database, loop.leads), _beside("worker", loop.run, loop.stop):
        yield


@contextlib.contextmanager
def _tending_beside(chosen: Config, database: Database, is_ours: Callable[[], bool] = lambda: True) -> Iterator[None]:
    retiring = retention.Retention(database, SystemClock(), retention.settings_of(chosen), is_ours)
    filling = indexing.Indexing(database, SystemClock(), is_ours)
    with (
        _beside("retention", retiring.run, retiring.stop),
        _beside("indexing", filling.run, filling.stop),
    ):
        yield


@contextlib.contextmanager
def _beside(name: str, run: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=run, name=name)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()
