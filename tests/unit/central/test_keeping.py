# SPDX-License-Identifier: MIT
import pytest

from humeops.central import config, keeping
from humeops.errors import ConfigError
from humeops.spans import DAY

KEEP = keeping.KeepSettings


def test_the_first_entry_that_matches_and_names_the_age_decides():
    rules = keeping.rules_of(
        keeping.RetentionSettings(keep=[KEEP(task="b*", bad="2y"), KEEP(tag="gold", good="forever"), KEEP(good="3w")])
    )

    ages = [
        rules.deciding("bad", "db1", "backup", []).age,
        rules.deciding("good", "db1", "backup", ["gold"]).age,
        rules.deciding("good", "db1", "backup", []).age,
    ]

    assert ages == [730 * DAY, None, 21 * DAY]
    assert rules.deciding("debug", "db1", "backup", []).age == 14 * DAY


@pytest.mark.parametrize(("pattern", "name"), [("a[b]*", "a[b]c"), ("a?c", "a.c"), ("*", "a\nb")])
def test_only_stars_and_question_marks_stand_for_something(pattern, name):
    rule = keeping.Rule("good", 0, 1, task=pattern)

    assert rule.matches("db1", name, [])
    assert rule.matches("db1", "axxc", []) == (pattern == "*")


def test_other_ages_are_the_same_rules_and_other_patterns_are_not():
    one, older, other = (
        keeping.rules_of(keeping.RetentionSettings(good=good, keep=[KEEP(task=task, good="9d")]))
        for good, task in (("1d", "a"), ("2d", "a"), ("1d", "b"))
    )

    assert one.name == older.name != other.name


@pytest.mark.parametrize("age", ["0d", "90", "90 d", "12h", "-1d", "d"])
def test_what_is_no_age_is_refused_with_its_line(tmp_path, age):
    (tmp_path / "central.toml").write_text(f"[retention]\ngood = '{age}'\n")

    with pytest.raises(ConfigError, match=r":2: `retention\.good`: an age is expected"):
        config.load(tmp_path)
