# SPDX-License-Identifier: MIT
"""Where `hume` looks for humed on this host, in the native client's order (native/src/places.c), and why there.

The socket: HUME_ENDPOINT; HUME_DIR; the system's run folder, if it is there; the person's folder. The drop folder:
HUME_SPOOL; HUME_DIR; the system's, if it is there; the person's. What the client cannot know, humed's spool and settings,
is beside them: in the one folder, or where deploy/ puts them on a host.
"""

import os
import pathlib
import typing
from collections.abc import Mapping

from humeops.daemon import config
from humeops.errors import ConfigError
from humeops.layout import Layout, system_home

RUN_FOLDER = pathlib.Path("/run/hume")
DROP_FOLDER = pathlib.Path("/var/spool/hume")
STATE_FOLDER = pathlib.Path("/var/lib/hume")
SYSTEM_CONFIG = pathlib.Path("/etc/hume/humed.toml")
_IPC = "ipc://"


class Places(typing.NamedTuple):
    """The places one `hume` would use now. None: there is no such place for it, and `complaint` may say why."""

    why: str  # what decided about the socket, as a person would name it
    socket: pathlib.Path | None
    drop: pathlib.Path | None
    root: pathlib.Path | None  # the one folder of it all; for the system's humed, its state folder
    config: pathlib.Path | None
    is_system: bool = False
    complaint: str = ""

    @property
    def pid_file(self) -> pathlib.Path | None:
        """humed's pid file: beside the socket."""
        return self.socket.with_name("humed.pid") if self.socket else None


def find(
    environ: Mapping[str, str],
    folder: str | None = None,
    run: pathlib.Path = RUN_FOLDER,
    drop: pathlib.Path = DROP_FOLDER,
    known_home: str | None = None,
) -> Places:
    """Return where a `hume` with this environment looks; `folder` (--dir) stands for HUME_DIR and wins over all.

    `known_home` is what counts where the environment names none: by default what the system knows.
    """
    if folder:
        named = pathlib.Path(folder).absolute()
        # A person may name the system's run folder: the rest is then where the system has it.
        return _system("--dir", drop) if named == run == RUN_FOLDER else _of_folder("--dir", named)
    places = _find_socket(environ, run, drop, system_home() if known_home is None else known_home)
    if spool := environ.get("HUME_SPOOL"):
        return places._replace(drop=pathlib.Path(spool))
    return places


def settings_of(places: Places) -> tuple[config.Config | None, str]:
    """Return humed's settings there, and what is wrong with them; wrong ones give the defaults, unknown places None."""
    if places.root is None:
        return None, ""
    # Without a file that we may read, the defaults still tell where things are, as far as anybody can tell.
    there = places.config is not None and os.access(places.config, os.R_OK)
    nothing = pathlib.Path(os.devnull)
    try:
        return config.load(places.root, places.config if there else nothing), ""
    except ConfigError as error:
        return config.load(places.root, nothing), str(error)


def _find_socket(environ: Mapping[str, str], run: pathlib.Path, drop: pathlib.Path, known_home: str) -> Places:
    own = _own_folder(environ, known_home)
    named = environ.get("HUME_DIR")
    if endpoint := environ.get("HUME_ENDPOINT"):
        dropped = pathlib.Path(named) / "drop" if named else drop if os.path.exists(drop) else own and own / "drop"
        if not endpoint.startswith(_IPC):
            text = "HUME_ENDPOINT: only ipc:///path/of/humed.sock is spoken yet"
            return Places("HUME_ENDPOINT", None, dropped, None, None, complaint=text)
        socket = pathlib.Path(endpoint.removeprefix(_IPC))
        if socket.parent == RUN_FOLDER:
            return _system("HUME_ENDPOINT", drop)._replace(socket=socket)
        return _of_folder("HUME_ENDPOINT", socket.parent)._replace(socket=socket, drop=dropped)
    if named:
        return _of_folder("HUME_DIR", pathlib.Path(named))
    if os.path.exists(run):
        return _system(f"{run} is there", drop)._replace(socket=run / "humed.sock")
    if own is None:
        text = "no HUME_DIR, no XDG_STATE_HOME, no HOME, and no home that the system knows: there is no folder for hume here"
        return Places("nothing", None, drop if os.path.exists(drop) else None, None, None, complaint=text)
    places = _of_folder(_why_own(environ), own)
    return places._replace(drop=drop) if os.path.exists(drop) else places


def _why_own(environ: Mapping[str, str]) -> str:
    return next((name for name in ("XDG_STATE_HOME", "HOME") if environ.get(name)), "the home that the system knows")


def _own_folder(environ: Mapping[str, str], known_home: str) -> pathlib.Path | None:
    if state := environ.get("XDG_STATE_HOME"):
        return pathlib.Path(state) / "hume"
    return pathlib.Path(home) / ".local" / "state" / "hume" if (home := environ.get("HOME") or known_home) else None


def _of_folder(why: str, root: pathlib.Path) -> Places:
    layout = Layout(root)
    return Places(why, layout.socket, layout.drop, root, layout.daemon_config)


def _system(why: str, drop: pathlib.Path) -> Places:
    return Places(why, RUN_FOLDER / "humed.sock", drop, STATE_FOLDER, SYSTEM_CONFIG, is_system=True)
