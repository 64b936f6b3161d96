# SPDX-License-Identifier: MIT
"""humed's figures for Prometheus: what is told, and that the paper names all of it and no more."""

import pathlib
import re

import msgspec

from humeops.clock import NS_PER_SECOND
from humeops.daemon import metrics
from humeops.daemon.counters import QueueView
from humeops.daemon.guard.guarding import GuardCounts
from humeops.daemon.outputs.feeds import OutputView
from humeops.daemon.processing import ProcessorCount
from humeops.daemon.rules.engine import RuleCount

PAPER = pathlib.Path(__file__).resolve().parents[3] / "docs" / "reference" / "humed-metrics.md"


def view(**members):
    """Return a picture in which everything that may be there is."""
    plain = {int: 1, int | None: 1, float: 1.0, float | None: 1.0, str: "x", bool: True}
    every = {field.encode_name: plain.get(field.type) for field in msgspec.structs.fields(QueueView)}
    counted = {
        "dropped": {'rule "a"': 2},
        "rules": {"a": RuleCount(3, 2)},
        "processors": {"p": ProcessorCount(4, 1, 1, 0)},
        "guard": GuardCounts(over_rate=7),
        "outputs": {
            "file": msgspec.convert(
                {f.encode_name: plain.get(f.type) for f in msgspec.structs.fields(OutputView)}, OutputView
            )
        },
    }
    return QueueView(**{**every, **counted, **members})


def told(**members):
    return metrics.render(view(**members)).splitlines()


def test_the_paper_names_every_figure_and_no_other():
    names = {line.split()[2] for line in told() if line.startswith("# TYPE")}
    written = set()
    for line in PAPER.read_text().splitlines():
        first = line.split("|")[1] if line.startswith("| `") else ""
        found = re.findall(r"`([^`]+)`", first)
        # `…_missed_total` stands for the one before it with another end.
        family = found[0].removesuffix("_total").rpartition("_")[0] if found else ""
        written |= {name.replace("…", family) for name in found}

    assert written == names


def test_the_last_receipt_is_told_as_a_time_and_not_at_all_before_the_first():
    name = "hume_humed_last_ack_timestamp_seconds"

    assert f"{name} 1800000000.5" in told(last_ack_at=1_800_000_000 * NS_PER_SECOND + NS_PER_SECOND // 2)
    assert not [line for line in told(last_ack_at=None) if name in line]


def test_what_is_lost_of_pushes_and_held_up_by_guards_is_told_with_its_meaning():
    lines = told(pushed=9, pushed_lost=4)

    assert {"hume_humed_pushed_total 9", "hume_humed_pushed_lost_total 4", "hume_humed_guard_over_rate_total 7"} <= set(
        lines
    )
    assert "# HELP hume_humed_guard_over_rate_total acks that waited for their user's rate" in lines
    assert 'hume_humed_dropped_total{cause="rule \\"a\\""} 2' in lines
