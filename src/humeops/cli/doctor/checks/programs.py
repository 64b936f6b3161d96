# SPDX-License-Identifier: MIT
"""Is the `hume` that scripts run the right one? Pure."""

import shlex

import humeops
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.finding import Finding, broken, ok, warning

_IS = {
    "older": "the Python program of hume 1.x",
    "other": "not the hume client",
    "cli": "the command line for people, not the native client",
}
_RUNNING = "running humed"
INSTALL = "pip install --force-reinstall humeops"


def client_is_native(facts: Facts) -> Finding:
    """The first `hume` on PATH is the native client."""
    if not facts.programs.humes:
        mend = f"ln -s {facts.programs.beside} /usr/local/bin/hume" if facts.programs.beside else INSTALL
        return broken("no hume is on PATH: scripts cannot say anything", mend)
    first = facts.programs.humes[0]
    if first.kind == "native":
        return ok(f"hume is {first.path}, {first.version}")
    return broken(f"hume on PATH is {first.path}, {_IS.get(first.kind, 'unknown')}", _way_past(facts, first.path))


def client_is_alone(facts: Facts) -> Finding | None:
    """No other `hume` is on PATH: cron's PATH is not the one of a shell, and may find the other first."""
    others = [program.path for program in facts.programs.humes[1:]]
    if not others or facts.programs.humes[0].kind != "native":
        return None
    first = facts.programs.humes[0].path
    return warning(f"several humes are on PATH: after {first} also {', '.join(others)}", _out_of_the_way(others[0]))


def versions_agree(facts: Facts) -> Finding | None:
    """Client, humed and command line are of one version."""
    there = {}
    if facts.programs.humes and facts.programs.humes[0].kind == "native":
        there["hume"] = facts.programs.humes[0].version
    there["hume-cli"] = humeops.__version__
    if facts.programs.humed and facts.programs.humed.version:
        there["humed"] = facts.programs.humed.version
    if facts.daemon.picture and isinstance(running := facts.daemon.picture.get("version"), str):
        there[_RUNNING] = running
    if len(set(there.values())) == 1:
        return ok(f"{', '.join(there)}: all version {humeops.__version__}") if len(there) > 1 else None
    told = ", ".join(f"{name} {version}" for name, version in there.items())
    stale = there.get(_RUNNING, humeops.__version__) != there.get("humed", humeops.__version__)
    return warning(f"versions differ: {told}", facts.restart if stale else INSTALL)


def is_enabled(facts: Facts) -> Finding | None:
    """HUME_DISABLE is not set: with it, every hume succeeds and stores nothing."""
    if facts.programs.disabled in ("", "0"):
        return None
    return warning("HUME_DISABLE is set here: hume succeeds and stores nothing", "unset HUME_DISABLE")


def _way_past(facts: Facts, wrong: str) -> str:
    native = next((program.path for program in facts.programs.humes if program.kind == "native"), "")
    return f'PATH="{native.rpartition("/")[0]}:$PATH"' if native else f"{_out_of_the_way(wrong)} && {INSTALL}"


def _out_of_the_way(path: str) -> str:
    # Moved, not deleted: nobody but its owner knows what else needs it.
    return f"mv {shlex.quote(path)} {shlex.quote(path + '.old')}"
