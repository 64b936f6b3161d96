# SPDX-License-Identifier: MIT
"""Is humed there, and is it the one that `hume` speaks to? Pure."""

import os
import shlex
import stat

from humeops import spans
from humeops.cli import ask
from humeops.cli.doctor.facts import Daemon, Facts
from humeops.cli.doctor.finding import Finding, broken, ok, warning

STALE_SECONDS = 15.0  # the client's own limit (docs/protocol.md, "Is anybody there")
_DROPS = "what is said goes to the drop folder"


def settings_are_right(facts: Facts) -> Finding | None:
    """humed can read its settings."""
    if not facts.config_complaint:
        return None
    return broken(facts.config_complaint, f"${{EDITOR:-vi}} {facts.settings}")


def socket_path_fits(facts: Facts) -> Finding | None:
    """The socket has a place, and its path is one the kernel takes."""
    places = facts.places
    if places.complaint:
        return broken(places.complaint, f"unset {places.why}" if places.why.startswith("HUME_") else "export HOME")
    if places.socket is None or (length := len(os.fsencode(places.socket))) <= ask.MAX_SOCKET_PATH:
        return None
    found = f"{places.socket} has {length} bytes, a socket's path at most {ask.MAX_SOCKET_PATH}: nobody reaches humed"
    return broken(found, "export HUME_DIR=/a/shorter/path")


def humed_answers(facts: Facts) -> Finding | None:
    """humed answers at the socket; where it does not, why."""
    socket, daemon = facts.places.socket, facts.daemon
    if socket is None or len(os.fsencode(socket)) > ask.MAX_SOCKET_PATH:
        return None
    match daemon.answer:
        case "yes" if _is_closed_to_others(facts):
            return broken(
                f"{socket} is closed to other users: what they say goes to the drop folder", f"chmod a+w {socket}"
            )
        case "yes":
            return ok(f"humed answers at {socket} (chosen by {facts.places.why})")
        case "refused" | "nothing" if facts.socket is not None and not stat.S_ISSOCK(facts.socket.mode):
            away = f"mv {shlex.quote(str(socket))} {shlex.quote(f'{socket}.odd')}"
            return broken(f"{socket} is no socket, and humed does not start there: {_DROPS}", away)
        case "nothing":
            return broken(f"no humed at {socket} (chosen by {facts.places.why}): {_DROPS}", facts.start)
        case "refused":
            return broken(f"nobody is behind {socket}, a socket left by a humed that died: {_DROPS}", facts.start)
        case "denied":
            return broken(f"{socket} may not be used by you: {_DROPS}", _open_up(facts))
        case "silent":
            return _silent(facts)
        case said:
            return broken(f"what answers at {socket} is no humed ({said}): {_DROPS}", f"ss -xlp src {socket}")


def pid_file_is_true(facts: Facts) -> Finding | None:
    """The pid file names a living humed and is touched: the client reads it to know how long to wait."""
    daemon, path = facts.daemon, facts.places.pid_file
    if daemon.pid is None:
        absent = f"{path} is missing though humed answers: hume may take it for absent"
        return warning(absent, facts.restart) if daemon.answer == "yes" else None
    if not daemon.process:
        return warning(f"{path} names process {daemon.pid}, which is not there", facts.start)
    if not daemon.is_humed:
        return warning(f"{path} names process {daemon.pid}, which is {daemon.process} and not humed", f"rm {path}")
    if daemon.answer == "yes" and (daemon.pid_age_seconds or 0.0) > STALE_SECONDS:
        age = spans.rough(int((daemon.pid_age_seconds or 0.0) * spans.SECOND))
        return warning(f"humed answers, and has not touched {path} for {age}: hume may take it for hung", facts.restart)
    return None


def _silent(facts: Facts) -> Finding:
    daemon = facts.daemon
    if daemon.is_humed and daemon.process_state in ("T", "t"):
        return broken(f"humed is stopped (process {daemon.pid}, by a signal): {_DROPS}", f"kill -CONT {daemon.pid}")
    waits = " and waits for its disk" if daemon.process_state == "D" else ""
    return broken(f"humed hangs{_who(daemon)}{waits}: it takes connections and answers none; {_DROPS}", facts.restart)


def _is_closed_to_others(facts: Facts) -> bool:
    # Root gets in anywhere, and would not notice.
    return facts.places.is_system and facts.socket is not None and not facts.socket.mode & stat.S_IWOTH


def _who(daemon: Daemon) -> str:
    return f" (process {daemon.pid})" if daemon.is_humed else ""


def _open_up(facts: Facts) -> str:
    # Either the way there is closed, or the socket itself.
    folder = facts.run_folder
    if folder is not None and not stat.S_IMODE(folder.mode) & stat.S_IXOTH:
        return f"chmod a+rx {folder.path}"
    return f"chmod a+w {facts.places.socket}"
