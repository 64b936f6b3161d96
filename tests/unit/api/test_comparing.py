# SPDX-License-Identifier: MIT
from humeops.api import comparing
from humeops.api.schemas import NumberView, RunDetail, RunView, Stretch


def detail(*stretches, **numbers):
    run = RunView("x", "x", "db1", "backup", "ok", 0)
    told = [NumberView(key, value, "bytes") for key, value in numbers.items()]
    return RunDetail(run, [Stretch(name, 0, lasts) for name, lasts in stretches], data=told)


def test_what_only_the_other_reached_stands_before_the_end():
    broke_off = detail(("dumped", 5), ("end", 1))
    got_through = detail(("dumped", 4), ("archived", 9), ("end", 2))

    pairs = comparing.compare(broke_off, got_through).stretches

    assert [(pair.name, pair.lasts, pair.other) for pair in pairs] == [
        ("dumped", 5, 4),
        ("archived", None, 9),
        ("end", 1, 2),
    ]


def test_a_number_that_one_did_not_tell_is_absent_there():
    (pair,) = comparing.compare(detail(), detail(rows=7)).data

    assert (pair.key, pair.value, pair.other, pair.unit) == ("rows", None, 7, "bytes")
