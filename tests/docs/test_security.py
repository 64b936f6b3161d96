# SPDX-License-Identifier: MIT
"""SECURITY.md holds to the tests: whatever stops somebody, some test shows it."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(test_\w+)`")


def _rows():
    """The rows of the threat table, without its head: who, what, what stops it, what is left."""
    lines = (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines if line.startswith("|")]
    return rows[2:]


def test_behind_what_stops_somebody_stands_a_test():
    without = [what for _, what, stops, *_ in _rows() if stops and not NAMED.search(stops)]

    assert without == []


def test_every_test_that_it_names_is_there():
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *(?:async )?def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }
    named = {name for row in _rows() for name in NAMED.findall(" ".join(row))}

    assert named - there == set()
