# SPDX-License-Identifier: MIT
"""Whatever stands in humed.toml: rules, or one error of the configuration, which names the file."""

import contextlib
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops import settings
from humeops.daemon import config
from humeops.daemon.rules.engine import Engine
from humeops.errors import ConfigError
from tests.unit.daemon.rules.ruling import NOBODY, event

values = st.one_of(
    st.sampled_from(
        ['"a"', '"/(/"', '"/a/"', '["a", "*"]', "true", "1", "-1", "nan", "1e999", "{}", "[]", "2026-01-01", '"\\n"']
    ),
    st.sampled_from(
        ['{ task = "a" }', '{ any = [{ tag = "b" }] }', "{ events = 1 }", "{ not = { not = { not = {} } } }"]
    ),
    st.text(max_size=6),
)
keys = st.sampled_from(
    ["name", "match", "drop", "keep", "sample", "level", "raise", "rate", "collapse", "set", "add_tags", "remove_tags",
     "redact", "truncate", "route", "match.task", "match.level", "match.all", "set.a", "levle", '"a b"'],
)  # fmt: skip
lines = st.one_of(
    st.builds("{} = {}".format, keys, values), st.sampled_from(["[[rules]]", "[rules.match]", "[rules]", "[guard]"])
)


@given(st.lists(lines, max_size=12))
def test_any_lines_are_rules_that_work_or_one_plain_error(text):
    with contextlib.suppress(ConfigError):
        chosen = settings.parse("[[rules]]\n" + "\n".join(text), config.Settings, "humed.toml")
        rules = Engine(chosen.rules)
        rules.decide(event(task="a", tags=["b"]), NOBODY, 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[rules]]\nname = "a"\ndrop = true\n\n[[rules]]\nname = "b"\nsampel = 2\n', ":7: no setting `rules[1].sampel`; did you mean `sample`?"),
        ('[[rules]]\nname = "a"\n[rules.match]\ntaks = "x"\n', ":4: no setting `rules[0].match.taks`; did you mean `task`?"),
        ('[[rules]]\nname = "a"\nmatch = { level = "warn" }\n', ":3: `rules[0].match.level`: no such value: 'warn'; did you mean 'warning'?"),
        ('[[rules]]\nname = "a"\n\ndrop = 1\n', ":4: `rules[0].drop`: true or false is expected"),
        ('[[rules]]\ndrop = true\n', ":1: "),
        ('[[rules]]\nname = "a"\nkeep = true\ndrop = true\n', ":3: `rules[0].keep`"),
        ('[[rules]]\nname = "a"\nmatch = { task = [] }\ndrop = true\n', ":3: `rules[0].match.task`: it may not be empty"),
        ('[[rules]]\nname = "a"\nmatch = { any = [] }\ndrop = true\n', ":3: `rules[0].match.any`: it may not be empty"),
        ('[[rules]]\nname = "a"\nmatch = { not = { kind = [] } }\ndrop = true\n', ":3: `rules[0].match.not.kind`: it may not be empty"),
        ('[guard]\nowners = "frist"\n', ":2: `guard.owners`: no such value: 'frist'; did you mean 'first'?"),
        ('[[guard.tasks]]\ntask = "a"\nuser = ["x"]\n', ":3: no setting `guard.tasks[0].user`; did you mean `users`?"),
    ],
)  # fmt: skip
def test_an_error_names_file_line_and_the_nearest_right_key(tmp_path: pathlib.Path, text, told):
    (tmp_path / "humed.toml").write_text(text)

    with pytest.raises(ConfigError) as refused:
        config.load(tmp_path)

    assert str(refused.value).startswith(f"{tmp_path}/humed.toml{told}")
    assert "\n" not in str(refused.value)
