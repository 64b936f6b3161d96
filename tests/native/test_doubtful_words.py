# SPDX-License-Identifier: MIT
"""What is likely a slip and may come from a program: it is taken, a line says so, and no script ends for it."""

import pytest

from tests.native.conftest import Caller


@pytest.mark.parametrize(("text", "progress"), [("250", (250, 100)), ("100.5%", (100.5, 100)), ("13/12", (13, 12))])
def test_more_than_all_is_taken_with_a_word(text: str, progress: tuple[float, float], hume: Caller) -> None:
    done = hume.run("--strict", "progress", text)

    assert done.returncode == 0
    all_of = "it, and taken so" if "/" in text else "100, and taken so; a count is written 3/12"
    assert done.stderr.decode() == f"hume: progress '{text}' is more than all of {all_of}\n"
    (event,) = hume.dropped()
    assert event.progress == progress


@pytest.mark.parametrize("text", ["100", "100%", "0", "12/12"])
def test_all_of_it_is_taken_without_a_word(text: str, hume: Caller) -> None:
    assert hume.run("progress", text).stderr == b""


def test_a_number_that_no_reader_could_keep_is_text(hume: Caller) -> None:
    hume.run("--strict", "set", "small=1e-400", "large=1e999", "least=1e-307", "zero=0e-999")

    (event,) = hume.dropped()
    assert event.data == {"small": "1e-400", "large": "1e999", "least": 1e-307, "zero": 0.0}


def test_a_text_with_a_unit_is_taken_with_a_word(hume: Caller) -> None:
    done = hume.run("--strict", "set", "d=soon", "n=5", "span=1h", "ok=true", "--unit", "s")

    assert (done.returncode, done.stderr) == (0, b"hume: set 'd=soon': no number of s, taken as text\n")
    (event,) = hume.dropped()
    assert event.data == {"d": "soon", "n": 5, "span": 3600, "ok": True}


def test_more_values_than_an_event_holds_are_left_out_with_a_word(hume: Caller) -> None:
    done = hume.run("--strict", "set", *(f"k{number}=1" for number in range(1, 67)))

    assert done.returncode == 0
    told = "an event holds 64 values; this one and those after it are left out, say them in another call"
    assert done.stderr.decode() == f"hume: 'k65': {told}\n"
    (event,) = hume.dropped()
    assert list(event.data) == [f"k{number}" for number in range(1, 65)]
    assert event.cut == ["data"]
