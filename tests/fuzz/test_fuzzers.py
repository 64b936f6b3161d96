# SPDX-License-Identifier: MIT
"""The fuzz targets of native/fuzz over their kept inputs, and a while beyond, always the same way. Longer: make -C native fuzz."""

import pathlib
import re
import subprocess

import pytest

from tests.fixtures import native

CORPUS = native.NATIVE / "fuzz" / "corpus"
TARGETS = ["arguments", "encoder", "zmtp", "answer", "ancestry"]
# Together about twenty seconds. A number of inputs and no time: the same seed then tries the same inputs everywhere.
RUNS = {"arguments": 2_000, "encoder": 4_000, "zmtp": 10_000, "answer": 10_000, "ancestry": 4_000}


def fuzz(target: str, *arguments: str, cwd: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Run a target, which leaves an input that breaks a promise in this folder."""
    command = [str(native.build(f"fuzz-{target}")), "-seed=20261123", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=110)


@pytest.mark.parametrize("target", TARGETS)
def test_no_kept_input_and_no_mutant_of_one_breaks_a_promise(target: str, tmp_path: pathlib.Path) -> None:
    done = fuzz(target, f"-runs={RUNS[target]}", str(CORPUS / target), cwd=tmp_path)

    assert done.returncode == 0, done.stderr[-4000:]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", TARGETS)
def test_the_kept_inputs_reach_more_than_an_empty_one(target: str, tmp_path: pathlib.Path) -> None:
    done = fuzz(target, "-runs=0", str(CORPUS / target), cwd=tmp_path)

    assert (counted := re.search(r"(\d+) kept of those named", done.stderr))
    assert int(counted[1]) > 20


def test_the_driver_finds_what_is_broken(tmp_path: pathlib.Path) -> None:
    """A fuzzer that finds nothing may be blind: this one must come upon a planted fault by itself."""
    native.require_sanitizers()
    (tmp_path / "blind.c").write_text(
        """
        #include "fuzz.h"
        const char *const fuzz_words[] = {"x", 0};
        int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
            struct input in = {bytes, bytes + count};
            PROMISE(!(input_byte(&in) == 'h' && input_byte(&in) == 'u' && input_byte(&in) == 'm' && input_byte(&in) == 'e'));
            return 0;
        }
        """
    )
    folder = native.NATIVE / "fuzz"
    flags = [*("-D_GNU_SOURCE", "-O1", "-I", str(folder)), "-fsanitize=address"]
    parts = {"blind.c": ["-fsanitize-coverage=trace-pc,trace-cmp"], "input.c": [], "drive.c": []}
    for part, more in parts.items():
        source = tmp_path / part if part == "blind.c" else folder / part
        subprocess.run(
            ["cc", *flags, *more, "-c", "-o", str(tmp_path / f"{part}.o"), str(source)], check=True, timeout=60
        )
    blind = tmp_path / "blind"
    subprocess.run(
        ["cc", *flags, "-o", str(blind), *(str(tmp_path / f"{part}.o") for part in parts)], check=True, timeout=60
    )

    command = [str(blind), "-seed=1", "-runs=2000000"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode != 0
    assert "promise broken" in done.stderr
    (left,) = tmp_path.glob("crash-*")
    assert left.read_bytes().startswith(b"hume")
