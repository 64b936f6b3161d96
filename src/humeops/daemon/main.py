# SPDX-License-Identifier: MIT
"""`humed`: the command that starts the daemon, or checks its configuration."""

import argparse
import logging
import os
import pathlib
import sys
from typing import NoReturn

import humeops
from humeops.clock import SystemClock
from humeops.daemon import config, curve, processing, ruling
from humeops.daemon.service import Service
from humeops.errors import Exit, HumeError, explain
from humeops.layout import default_dir

SWITCH_SECONDS = 0.0005


def main(arguments: list[str] | None = None) -> int:
    """Run humed in the foreground until SIGTERM or SIGINT; return an exit code of docs/reference/exit-codes.md."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="humed: %(message)s")
    # The forwarding thread must not keep the receiving loop, and with it an ack, waiting for Python's usual 5 ms.
    sys.setswitchinterval(SWITCH_SECONDS)
    # Modes of what humed makes are chosen where it makes them; nothing is opened wider by somebody's umask.
    os.umask(0o077)
    try:
        if options.make_keys:
            print(curve.make_keys(options.make_keys))
            return Exit.OK
        chosen = config.load(options.dir, options.config)
        if options.check_config:
            ruling.compile_rules(chosen)
            ruling.check_patterns(chosen)
            processing.find(chosen.processors, chosen.file)
            return Exit.OK
        Service(chosen, SystemClock()).run()
    except HumeError as error:
        print(f"humed: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"humed: {explain(error)}", file=sys.stderr)
        return Exit.IO
    return Exit.OK


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"humed: {message} (see humed --help)", file=sys.stderr)
        sys.exit(Exit.USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="humed", description="Take what hume says on this host, keep it, forward it to central.")
    parser.add_argument(
        "--dir",
        type=pathlib.Path,
        default=default_dir(),
        help="the folder that holds everything (default: %(default)s)",
    )
    parser.add_argument("--config", type=pathlib.Path, help="configuration file (default: humed.toml in the folder)")
    parser.add_argument("--check-config", action="store_true", help="say what is wrong with the configuration, and end")
    parser.add_argument(
        "--make-keys",
        type=pathlib.Path,
        metavar="DIR",
        help="make humed's key pair for CURVE in this folder, print the public key, and end",
    )
    parser.add_argument("--version", action="version", version=f"humed {humeops.__version__}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
