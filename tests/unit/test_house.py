# SPDX-License-Identifier: MIT
"""The house rules that a machine can hold: licence lines, sizes, versions, no trace of the machine it was written on."""

import os
import pathlib
import re
import shutil
import subprocess
import tomllib

import pytest

import humeops

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE_SUFFIXES = {".py", ".c", ".h", ".sh", ".service", ".conf", ".toml", ".yaml", ".yml"}
SCRIPTS = ("scripts", "examples", ".ci", "native/shell")
MAX_LINES = 350
UNITS = sorted(path.name for path in (ROOT / "deploy/systemd").glob("*.service"))
SKIPPED = {".venv", ".git", ".demo", "__pycache__", "build", "dist", "node_modules"}


def _files():
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if name not in SKIPPED and not name.endswith("_cache")]
        yield from (pathlib.Path(folder, name) for name in names)


def _named(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def _is_source(path):
    if path.suffix in SOURCE_SUFFIXES:
        return True
    return path.parent.relative_to(ROOT).as_posix() in SCRIPTS and path.suffix in {"", ".bash", ".zsh"}


def _text(path):
    return path.read_text("utf-8", "replace")


SOURCES = sorted(path for path in _files() if _is_source(path))


def test_every_source_file_names_its_licence_at_the_top():
    unlicensed = [
        path for path in SOURCES if "SPDX-License-Identifier: MIT" not in "\n".join(_text(path).splitlines()[:2])
    ]

    assert _named(path for path in unlicensed if path.name != "pyproject.toml") == []


def test_a_file_over_the_limit_says_in_its_header_why_it_is_long():
    long = [path for path in SOURCES if len(_text(path).splitlines()) > MAX_LINES]

    assert _named(path for path in long if "long" not in "\n".join(_text(path).splitlines()[:20])) == []


def test_nothing_speaks_of_the_machine_it_was_written_on():
    elsewhere = re.compile(r"(?<![\w./-])/(root|work|Users|home/(?!hume\b)[a-z]\w*)/")
    texts = [path for path in _files() if path.suffix in SOURCE_SUFFIXES | {".md", ".txt", ".lock"} or _is_source(path)]

    assert _named(path for path in texts if path != pathlib.Path(__file__) and elsewhere.search(_text(path))) == []


def test_pyproject_package_and_changelog_agree_on_the_version():
    project = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## \[?(?:Unreleased\W+)?(\d[\w.]*)", _text(ROOT / "CHANGELOG.md"), re.MULTILINE)

    assert newest is not None
    assert project == humeops.__version__ == newest[1]


def test_no_module_is_named_for_nothing():
    empty_names = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

    assert _named(path for path in SOURCES if path.stem in empty_names) == []


def test_shell_scripts_pass_shellcheck():
    shellcheck = _tool("shellcheck")
    scripts = [path for path in SOURCES if path.suffix in {".sh", ""} and _text(path).startswith("#!")]

    answer = subprocess.run([shellcheck, *map(str, scripts)], capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_passes_the_audit_of_systemd(unit):
    systemd_analyze = _tool("systemd-analyze")

    answer = subprocess.run(
        [systemd_analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", ROOT / "deploy/systemd" / unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_says_nothing_systemd_does_not_understand(unit, tmp_path):
    systemd_analyze = _tool("systemd-analyze")
    # The programs are not installed here; everything else must be understood.
    installed = re.sub(r"/opt/hume/bin/\S+", shutil.which("true") or "/bin/true", _text(ROOT / "deploy/systemd" / unit))
    (tmp_path / unit).write_text(installed)

    answer = subprocess.run(
        [systemd_analyze, "verify", "--man=no", "--recursive-errors=no", tmp_path / unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert unit not in answer.stderr
    assert answer.returncode == 0, answer.stderr


def test_humed_keeps_its_sight_of_who_calls():
    unit = _text(ROOT / "deploy/systemd/humed.service")

    assert not re.search(r"^(PrivateUsers|ProtectProc|ProcSubset)=", unit, re.MULTILINE)


def test_the_drop_folder_is_open_to_write_and_closed_to_meddling():
    lines = _text(ROOT / "deploy/tmpfiles.d/hume.conf").splitlines()

    assert "d /var/spool/hume 3777 hume hume -" in lines


def _tool(name):
    found = shutil.which(name)
    if found is None and os.environ.get("HUME_REQUIRE_SERVICES"):
        pytest.fail(f"{name} is not installed, and HUME_REQUIRE_SERVICES is set")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
