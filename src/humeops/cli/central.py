# SPDX-License-Identifier: MIT
"""`hume-central`: serve the API from an embedded database, or bring its schema up to date.

Start and stop are in `_serve`, in order. The server parts are imported late: `--help` and a wrong option cost nothing.
"""

import argparse
import dataclasses
import os
import pathlib
import signal
import sys
from typing import NoReturn

import humeops
from humeops.central import config
from humeops.clock import SystemClock
from humeops.errors import Exit, HumeError
from humeops.layout import default_dir


def main(arguments: list[str] | None = None) -> int:
    """Run the verb; return an exit code of docs/reference/exit-codes.md."""
    options = _parser().parse_args(arguments)
    # Nothing that central makes is for others: database, tokens, locks.
    os.umask(0o077)
    try:
        chosen = _chosen(options)
        if options.check_config:
            return Exit.OK
        if options.verb is None:
            _usage("say what to do: serve or migrate")
        options.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _migrate(chosen) if options.verb == "migrate" else _serve(chosen)
    except HumeError as error:
        print(f"hume-central: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"hume-central: {error}", file=sys.stderr)
        return Exit.IO
    except KeyboardInterrupt:
        return Exit.OK


def _serve(chosen: config.Config) -> int:
    from humeops.api import app, logs, server
    from humeops.api.service import Central
    from humeops.central import door
    from humeops.central.store import schema
    from humeops.central.store.database import open_database, plain_errors

    logs.to_stderr(chosen.log_level)
    config.check_address(chosen)
    clock = SystemClock()
    # uvicorn hands a signal on when it has stopped; it must end this function by its `finally`, not the process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # The database first: its lock tells whether this folder is ours. Only then are the address and the tokens touched.
    database = open_database(chosen.database)
    try:
        keys = [
            door.Key(chosen.person_token, "person", door.OWNER),
            door.Key(chosen.agent_token, "agent", chosen.agent_host, chosen.agent_host),
        ]
        with plain_errors(database.name):
            schema.upgrade(database)
            door.provide(database, keys, clock.wall_ns())
        with server.listen(chosen.host, chosen.port) as bound:
            url = server.url_of(bound)
            server.calm_collector()
            try:
                server.serve(app.make_app(Central(database, clock)), bound, lambda: _announce(chosen, url))
            finally:
                server.remove_address(chosen.url_file, url)
    finally:
        # Last: a transaction under way is finished, then nobody can write any more.
        database.close()
    return Exit.OK


def _announce(chosen: config.Config, url: str) -> None:
    from humeops.api import server

    server.write_address(chosen.url_file, url)
    print(f"hume-central ready at {url}", flush=True)


def _migrate(chosen: config.Config) -> int:
    from humeops.central.store import schema
    from humeops.central.store.database import open_database, plain_errors

    database = open_database(chosen.database)
    try:
        with plain_errors(database.name):
            schema.upgrade(database)
    finally:
        database.close()
    print(f"{chosen.database} has schema {schema.newest()}")
    return Exit.OK


def _chosen(options: argparse.Namespace) -> config.Config:
    chosen = config.load(options.dir, options.config)
    names = ("host", "port", "agent_host", "behind_proxy")
    given = {name: getattr(options, name) for name in names if getattr(options, name, None) is not None}
    chosen = dataclasses.replace(chosen, **given)
    config.check(chosen)
    return chosen


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _usage(message)


def _usage(message: str) -> NoReturn:
    print(f"hume-central: {message} (see hume-central --help)", file=sys.stderr)
    sys.exit(Exit.USAGE)


def _parser() -> argparse.ArgumentParser:
    places = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    places.add_argument(
        "--dir", type=_folder, help="the folder that holds everything (default: HUME_DIR, else hume's own)"
    )
    places.add_argument("--config", type=pathlib.Path, help="configuration file (default: central.toml in the folder)")
    places.add_argument("--check-config", action="store_true", help="say what is wrong with the configuration, and end")
    parser = _Parser(
        prog="hume-central", description="Keep what hosts report, and answer questions about it.", parents=[places]
    )
    parser.set_defaults(dir=default_dir(), config=None, check_config=False, verb=None)
    parser.add_argument("--version", action="version", version=f"hume-central {humeops.__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="serve | migrate", parser_class=_Parser)
    serve = verbs.add_parser("serve", parents=[places], help="take in what hosts forward, answer questions (the API)")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=_port, help="port to listen on; 0: any free one (default: 4863)")
    serve.add_argument(
        "--agent-host", help="the name under which this machine's humed reports (default: its host name)"
    )
    serve.add_argument(
        "--behind-proxy",
        action="store_true",
        default=None,
        help="listen beyond loopback: only a proxy that ends TLS reaches it",
    )
    verbs.add_parser("migrate", parents=[places], help="bring the database to this version's schema, and end")
    return parser


def _folder(text: str) -> pathlib.Path:
    return pathlib.Path(text).absolute()


def _port(text: str) -> int:
    number = int(text)
    if number not in range(65_536):
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())
