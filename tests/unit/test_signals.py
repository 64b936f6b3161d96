# SPDX-License-Identifier: MIT
import signal

from humeops import signals


def test_the_names_are_those_of_this_machine():
    named = {number.value: number.name for number in signal.Signals if number.value < signal.SIGRTMIN}

    assert {number: signals.name_of(number) for number in named} == {**named, 6: "SIGABRT", 29: "SIGIO", 17: "SIGCHLD"}


def test_a_number_without_a_name_is_shown_as_a_number():
    assert [signals.name_of(number) for number in (0, 32, 64, -1)] == [
        "signal 0",
        "signal 32",
        "signal 64",
        "signal -1",
    ]
