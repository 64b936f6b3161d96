# SPDX-License-Identifier: MIT
"""What each verb of `hume-central` does: its start and stop, in order.

A role keeps nothing of its own: the truth is in the database, what is on its way in Redis. So each may be started as often as
wanted, and killed at any moment.
"""

import contextlib
import os
import pathlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence

from prometheus_client.registry import Collector

from humeops import systemd
from humeops.api import app, health, logs, monitor, server
from humeops.api.service import Central, People
from humeops.central import addresses, backup, config, delivering, details, door, indexing, metrics, retention
from humeops.central import notifier as notifying
from humeops.central import watcher as watching
from humeops.central.config import Config
from humeops.central.current.picture import SqlPicture
from humeops.central.notify import channel
from humeops.central.notify.trying import Trial
from humeops.central.store import partitions, schema
from humeops.central.store.database import Database, open_database, open_for_reading, plain_errors
from humeops.cli import centralfirst
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.errors import ConfigError, Exit, UnavailableError
from humeops.web import pages


def serve(chosen: Config) -> int:
    """Do everything in one process: the watcher and the notifier are threads of it and, with Redis, so is the folding."""
    config.check_address(chosen)
    # The database first: its lock tells whether this folder is ours. Only then are the address and the tokens touched.
    with _database(chosen) as database:
        _prepare(database, chosen)
        folding = _folding_beside(chosen, database) if chosen.redis else _tending_beside(chosen, database)
        with folding, _watching_beside(chosen, database), _notifying_beside(chosen, database):
            _answer(chosen, database, tells=True)
    return Exit.OK


def api(chosen: Config) -> int:
    """Take in and answer; the schema and the tokens are somebody else's matter (`init`)."""
    config.check_address(chosen)
    with _database(chosen) as database:
        _require_schema(database)
        _answer(chosen, database)
    return Exit.OK


def worker(chosen: Config) -> int:
    """Fold what waits in the streams until told to stop."""
    from humeops.central.stream import working

    if not chosen.redis:
        raise ConfigError("`redis`: a worker takes batches from Redis; name it, such as redis://127.0.0.1:6379/0")
    with _database(chosen) as database:
        loop = working.Loop(chosen.redis, chosen.partitions, database, SystemClock(), name_of_process())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        _require_schema(database)
        watched = _watched(chosen, database)._replace(trouble=loop.trouble)
        with _tending_beside(chosen, database, loop.leads), _monitor(chosen, watched):
            print("hume-central worker ready", flush=True)
            loop.run()
    return Exit.OK


def watcher(chosen: Config) -> int:
    """Look at what is due until told to stop."""
    with _database(chosen) as database:
        made = _watcher(chosen, database)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: made.stop())
        _require_schema(database)
        print("hume-central watcher ready", flush=True)
        systemd.notify("READY=1")
        made.run()
    return Exit.OK


def notifier(chosen: Config) -> int:
    """Tell people of what is wrong until told to stop."""
    with _database(chosen) as database:
        made = _notifier(chosen, database)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: made.stop())
        _require_schema(database)
        print("hume-central notifier ready", flush=True)
        systemd.notify("READY=1")
        made.run()
    return Exit.OK


def init(chosen: Config) -> int:
    """Prepare the database and leave the owner's token and this machine's credential in the folder."""
    with _database(chosen) as database:
        _prepare(database, chosen)
        link = centralfirst.link(database, chosen)
    print(f"{database.name} is prepared; the owner's token is in {chosen.person_token}")
    print(link, end="")
    return Exit.OK


def migrate(chosen: Config) -> int:
    """Bring the schema up to date."""
    with _database(chosen) as database, plain_errors(database.name):
        schema.upgrade(database)
    print(f"{database.name} has schema {schema.newest()}")
    return Exit.OK


def rebuild(chosen: Config) -> int:
    """Make the copy of the tasks in Redis anew, while everything runs."""
    if not chosen.redis:
        raise ConfigError("`redis`: without Redis tasks are read from the database, and there is nothing to rebuild")
    import redis
    import redis.exceptions

    from humeops.central.current import rebuilding

    with _database(chosen) as database, redis.Redis.from_url(chosen.redis, socket_timeout=30) as client:
        _require_schema(database)
        try:
            count = rebuilding.rebuild(client, database)
        except redis.exceptions.RedisError as error:
            raise UnavailableError(f"Redis does not do its part: {error}") from error
    print(f"{count} tasks are in Redis as they are in the database")
    return Exit.OK


ROLES: dict[str, Callable[[Config], int]] = {
    "serve": serve,
    "api": api,
    "worker": worker,
    "watcher": watcher,
    "notifier": notifier,
    "init": init,
    "migrate": migrate,
    "rebuild": rebuild,
}


def name_of_process() -> str:
    """Return a name that no other process of the installation has."""
    return f"{socket.gethostname()}:{os.getpid()}"


def retain(chosen: Config, dry_run: bool) -> int:
    """Do one pass of retention now, or say what one would do."""
    if not dry_run:
        with _database(chosen) as database:
            _require_schema(database)
            retiring = retention.Retention(database, SystemClock(), retention.settings_of(chosen))
            return Exit.OK if retiring.run_pass() else Exit.UNAVAILABLE
    with contextlib.closing(open_for_reading(chosen.database)) as database:
        _require_schema(database)
        for going in retention.would_go(database, chosen.retention, SystemClock().wall_ns()):
            print(f"{going.words}: {going.runs} runs, {going.events} events")
    return Exit.OK


def save(chosen: Config, target: pathlib.Path) -> int:
    """Write a backup; say where it is."""
    with plain_errors(chosen.database if isinstance(chosen.database, pathlib.Path) else "PostgreSQL"):
        print(backup.save(chosen.database, target, SystemClock().wall_ns()))
    return Exit.OK


def restore(chosen: Config, source: pathlib.Path, force: bool) -> int:
    """Put a backup in the place of the database, and bring its schema up to date."""
    with plain_errors(chosen.database if isinstance(chosen.database, pathlib.Path) else "PostgreSQL"):
        backup.restore(chosen.database, source, force)
    return migrate(chosen)


@contextlib.contextmanager
def _database(chosen: Config) -> Iterator[Database]:
    logs.to_stderr(chosen.log_level)
    # uvicorn hands a signal on when it has stopped; it must end this by its `finally`, not the process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    database = open_database(chosen.database)
    try:
        yield database
    finally:
        # Last: a transaction under way is finished, then nobody can write any more.
        database.close()


def _prepare(database: Database, chosen: Config) -> None:
    keys = [
        door.Key(chosen.person_token, "person", door.OWNER),
        door.Key(chosen.agent_token, "agent", chosen.agent_host, chosen.agent_host),
    ]
    with plain_errors(database.name):
        schema.upgrade(database)
        database.write(lambda connection: partitions.provide(connection, SystemClock().wall_ns()))
        door.provide(database, keys, SystemClock().wall_ns())


def _require_schema(database: Database) -> None:
    with plain_errors(database.name), database.reading() as connection:
        found = schema.current(connection)
    if found != schema.newest():
        raise ConfigError(
            f"{database.name} has schema {found or 'none'}, and this version works on {schema.newest()}: run hume-central init"
        )


def _answer(chosen: Config, database: Database, tells: bool = False) -> None:
    watched = _watched(chosen, database)
    with server.listen(chosen.host, chosen.port) as bound, _monitor(chosen, watched):
        url = server.url_of(bound)
        server.calm_collector()
        try:
            central = _central(chosen, database, watched.gauges)
            central = central._replace(trial=Trial(channel.allowed(chosen.notify), tells))
            made = app.make_app(central, pages.make_pages(), chosen.proxies)
            server.serve(made, bound, lambda: _announce(chosen, url))
        finally:
            server.remove_address(chosen.url_file, url)


def _central(chosen: Config, database: Database, gauges: Sequence[Collector]) -> Central:
    people = People(chosen.proxies, chosen.user_header)
    if not chosen.redis:
        return Central(database, SystemClock(), SqlPicture(database), gauges=gauges, people=people)
    import redis
    import redis.asyncio

    from humeops.central.current import asking
    from humeops.central.stream.intake import StreamIntake

    quick = redis.Redis.from_url(
        chosen.redis, socket_timeout=asking.WAIT_SECONDS, socket_connect_timeout=asking.WAIT_SECONDS, retry=None
    )
    current = asking.RedisPicture(quick, SqlPicture(database))
    client = redis.asyncio.Redis.from_url(chosen.redis, socket_timeout=10, socket_connect_timeout=5)
    stream = StreamIntake(client, chosen.partitions, chosen.longest)
    return Central(database, SystemClock(), current, stream, gauges, people)


def _watched(chosen: Config, database: Database) -> monitor.Watched:
    gauges: list[Collector] = [metrics.Connections(database)]
    if not chosen.redis:
        return monitor.Watched(gauges, lambda: _trouble(database))
    from humeops.central.stream.queues import Queues

    queues = Queues(chosen.redis, chosen.partitions)
    return monitor.Watched(
        [*gauges, queues], lambda: _trouble(database) or ("" if queues.answers() else health.NO_REDIS)
    )


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


def _announce(chosen: Config, url: str) -> None:
    server.write_address(chosen.url_file, url)
    print(f"hume-central ready at {url}", flush=True)


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
