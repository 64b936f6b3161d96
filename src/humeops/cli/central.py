# SPDX-License-Identifier: MIT
"""`hume-central`: its command line. What each verb does is in `centralroles`.

`hume central VERB` is the same. The server parts are imported late: `--help` and a wrong option cost nothing.
"""

import argparse
import dataclasses
import os
import pathlib
import sys
from collections.abc import Callable
from typing import NoReturn

import click

import humeops
from humeops.central import config
from humeops.errors import Exit, HumeError, explain
from humeops.layout import default_dir

VERBS = {
    "serve": "everything in one process: take in what hosts forward, fold it, answer questions",
    "api": "take in and answer questions only; as many of these as wanted, beside workers",
    "worker": "fold what waits in Redis into the database; as many of these as wanted",
    "watcher": "notice what did not happen: late starts, runs over their time, silent hosts; one or more of these",
    "notifier": "tell people of what is wrong, by the channels they chose; one or more of these",
    "init": "prepare a database for api and worker: its schema, the owner's token, this machine's credential",
    "agent-redis": "let the humed of a host put its batches straight into Redis: print its address and password, once",
    "token": "let people in: token NAME --role reporter|viewer|operator|admin [--expires 90d|never] prints it once; token list | revoke NAME",
    "enroll-token": "let hosts in: enroll-token NAME [--hosts 'web*' --uses 50 --approve] prints it once; list | revoke NAME",
    "agents": "who reports: list; who waits to be let in: pending, approve HOST, deny HOST; revoke HOST ends its credential, unbind HOST its client certificate",
    "user": "people with passwords: user add NAME --role ROLE [--on FILTER]; user list | passwd | disable | enable | grant | revoke",
    "retention": "let go now of what has been kept long enough, as serve and a worker do every hour",
    "dead": "what could not be stored: list it, show its bytes, have it tried again (retry), let go of it (drop)",
    "backup": "write a copy of the whole database, while central runs",
    "restore": "put a backup in the place of the database, while central is stopped",
    "migrate": "bring the database to this version's schema, and end",
    "rebuild": "make the copy of the tasks that Redis holds anew from the database, while everything runs",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the verb; return an exit code of docs/reference/exit-codes.md."""
    # Not the parser's defaults: the verbs share these options with it, and would put them in the place of what was given before.
    unsaid = argparse.Namespace(dir=default_dir(), config=None, check_config=False, verb=None)
    options = _parser().parse_args(arguments, unsaid)
    # Nothing that central makes is for others: database, tokens, locks.
    os.umask(0o077)
    try:
        chosen = _chosen(options)
        if options.check_config:
            _check_wording(chosen)
            return Exit.OK
        if options.verb is None:
            _usage(f"say what to do: {', '.join(VERBS)}")
        options.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _do(options, chosen)
    except HumeError as error:
        print(f"hume-central: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"hume-central: {explain(error)}", file=sys.stderr)
        return Exit.IO
    except KeyboardInterrupt:
        return Exit.OK


def _check_wording(chosen: config.Config) -> None:
    """Raise ConfigError for templates that do not work. Central starts without them: it says so, and uses its own."""
    from humeops.central.notify import wording

    wording.of(chosen.notify, chosen.person_token.parent)


def _do(options: argparse.Namespace, chosen: config.Config) -> int:
    # Each verb pays for its own parts alone.
    match options.verb:
        case "agent-redis":
            from humeops.cli import centralagents

            return centralagents.agent_redis(chosen, options.agent, options.revoke)
        case "token":
            from humeops.cli import centraltokens

            return centraltokens.token(
                chosen, options.words, options.role, options.expires, options.of_host, options.on
            )
        case "enroll-token":
            from humeops.cli import centralenrol

            return centralenrol.enrol_token(
                chosen, options.words, options.hosts, options.uses, options.expires, options.approve, options.output
            )
        case "agents":
            from humeops.cli import centralhosts

            return centralhosts.agents(chosen, options.word, options.names, options.output)
        case "user":
            from humeops.cli import centralusers

            return centralusers.user(
                chosen, options.words, options.role, options.on, options.no_password, options.output
            )
        case "retention":
            from humeops.cli import centralupkeep

            return centralupkeep.retain(chosen, options.dry_run)
        case "dead":
            from humeops.cli import centraldead

            return centraldead.dead_letters(chosen, options.action, options.names, options.all, options.output)
        case "backup":
            from humeops.cli import centralupkeep

            return centralupkeep.save(chosen, options.target)
        case "restore":
            from humeops.cli import centralupkeep

            return centralupkeep.restore(chosen, options.source, options.force)
        case verb:
            from humeops.cli import centralroles

            return centralroles.ROLES[verb](chosen)


@click.command("central", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> int:
    """Do what hume-central does: `hume central dead` is `hume-central dead`."""
    try:
        return main(list(arguments))
    except SystemExit as ended:  # --help, or a wrong option
        return ended.code if isinstance(ended.code, int) else Exit.OK


def _chosen(options: argparse.Namespace) -> config.Config:
    chosen = config.load(options.dir, options.config)
    names = ("host", "port", "agent_host", "behind_proxy", "metrics")
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
    parser.add_argument("--version", action="version", version=f"hume-central {humeops.__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar=" | ".join(VERBS), parser_class=_Parser)
    for verb, meaning in VERBS.items():
        added = verbs.add_parser(verb, parents=[places], help=meaning)
        if verb in ("serve", "api"):
            _add_address(added)
        if verb in ("serve", "api", "worker", "watcher", "notifier"):
            added.add_argument(
                "--metrics",
                metavar="HOST:PORT",
                help="tell metrics and readiness here, on loopback and without a token",
            )
        if verb in _MORE:
            _MORE[verb](added)
        if verb in ("serve", "init"):
            added.add_argument(
                "--agent-host", help="the name under which this machine's humed reports (default: its host name)"
            )
    return parser


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, help="port to listen on; 0: any free one (default: 4863)")
    parser.add_argument(
        "--behind-proxy",
        action="store_true",
        default=None,
        help="listen beyond loopback: only a proxy that ends TLS reaches it",
    )


def _add_letters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", default="list", metavar="list | show | retry | drop", help="(default: list)"
    )
    parser.add_argument("names", nargs="*", metavar="EPOCH:SEQ", help="which ones; of an epoch its beginning will do")
    parser.add_argument("--all", action="store_true", help="retry or drop every one")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table", help="of list (default: table)")


def _add_agent(parser: argparse.ArgumentParser) -> None:
    # A word, not the address to listen on.
    parser.add_argument("agent", metavar="HOST", help="the host whose humed it is for")
    parser.add_argument("--revoke", action="store_true", help="take the user away instead")


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="NAME | list | revoke NAME")
    parser.add_argument(
        "--role",
        help="reporter says what one host does, viewer reads, operator also writes notes and tends dead letters, admin all",
    )
    parser.add_argument("--for", dest="of_host", metavar="HOST", help="the host a reporter speaks for")
    parser.add_argument("--on", type=_filled, metavar="FILTER", help="on these tasks alone: 'tag:web', 'host:db*'")
    parser.add_argument(
        "--expires", metavar="AGE", help="after so long it opens nothing: 90d, 8w, 1y, or never (default: 365d)"
    )


def _add_enrol_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="NAME | list | revoke NAME")
    parser.add_argument("--hosts", metavar="PATTERN", help="which hosts: db1, or 'web*,db?' (default: the host NAME)")
    parser.add_argument(
        "--uses", type=int, default=1, metavar="N", help="how many hosts may come in by it (default: 1)"
    )
    parser.add_argument("--expires", metavar="AGE", help="after so long it enrols nobody: 12h, 7d (default: 1d)")
    parser.add_argument("--approve", action="store_true", help="each host waits for hume-central agents approve")
    _add_output(parser)


def _add_agents(parser: argparse.ArgumentParser) -> None:
    words = "list | pending | approve | deny | revoke | unbind"
    parser.add_argument("word", nargs="?", default="list", metavar=words, help="(default: list)")
    parser.add_argument("names", nargs="*", metavar="HOST", help="which hosts; of those who wait the number will do")
    _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table", help="of lists (default: table)")


def _add_user(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="add | list | passwd | disable | enable | grant | revoke [NAME]")
    parser.add_argument("--role", help="viewer, operator or admin")
    parser.add_argument("--on", type=_filled, metavar="FILTER", help="on these tasks alone: 'tag:web', 'host:db*'")
    parser.add_argument("--no-password", action="store_true", help="he comes in by a proxy")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table", help="of list (default: table)")


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=_folder, metavar="FILE|FOLDER", help="in a folder a file is named by the time")


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=_folder, metavar="FILE", help="what backup has written")
    parser.add_argument("--force", action="store_true", help="although the database holds events")


# The words and options of one verb alone.
_MORE: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "agent-redis": _add_agent,
    "token": _add_token,
    "enroll-token": _add_enrol_token,
    "agents": _add_agents,
    "user": _add_user,
    "retention": _add_dry_run,
    "dead": _add_letters,
    "backup": _add_target,
    "restore": _add_source,
}


def _folder(text: str) -> pathlib.Path:
    return pathlib.Path(text).absolute()


def _filled(text: str) -> str:
    # A variable that is not set must not grant everything.
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; perhaps a variable is not set")
    return text


def _port(text: str) -> int:
    number = int(text)
    if number not in range(65_536):
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())
