# SPDX-License-Identifier: MIT
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.api import parameters
from humeops.api.parameters import ComparisonQuery, DataQuery, EventsQuery, ParameterError, RunsQuery, TasksQuery

KINDS: list[type[Any]] = [TasksQuery, RunsQuery, EventsQuery, DataQuery]


def test_no_parameters_give_the_defaults():
    assert parameters.read([], TasksQuery) == TasksQuery()


def test_a_repeated_list_parameter_is_a_list():
    assert parameters.read([("tag", "web"), ("tag", "cron")], RunsQuery).tag == ["web", "cron"]


def test_a_flag_is_true_as_a_word():
    assert parameters.read([("problems", "true")], TasksQuery).problems is True
    assert parameters.read([("problems", "false")], TasksQuery).problems is False


@pytest.mark.parametrize(
    ("given_parameter", "named"),
    [
        (("limit", "0"), "limit"),
        (("limit", "1001"), "limit"),
        (("limit", "ten"), "limit"),
        (("since", "-1"), "since"),
        (("since", str(2**63)), "since"),
        (("until", "yesterday"), "until"),
        (("state", "broken"), "state"),
        (("tag", "x" * 256), "tag"),
        (("host", "x" * 256), "host"),
        (("colour", "red"), "colour"),
    ],
)
def test_a_wrong_parameter_is_named(given_parameter, named):
    with pytest.raises(ParameterError, match=f"`{named}"):
        parameters.read([given_parameter], RunsQuery)


@pytest.mark.parametrize(
    ("given_parameter", "told"),
    [
        (("state", "fail"), r"`state\[0\]`: no such value: 'fail'; did you mean 'failed'\?"),
        (("limit", "0"), "`limit`: a whole number of at least 1 is expected"),
        (("late", "maybe"), "`late`: true or false is expected"),
    ],
)
def test_a_wrong_parameter_is_told_in_words(given_parameter, told):
    with pytest.raises(ParameterError, match=told):
        parameters.read([given_parameter], RunsQuery)


def test_a_parameter_that_is_needed_is_named():
    with pytest.raises(ParameterError, match="`other` is missing"):
        parameters.read([], ComparisonQuery)


def test_a_misspelled_parameter_is_not_ignored_but_put_right():
    with pytest.raises(ParameterError, match="did you mean `host`"):
        parameters.read([("hots", "db1")], RunsQuery)


def test_a_parameter_that_is_not_a_list_is_given_once():
    with pytest.raises(ParameterError, match="only once"):
        parameters.read([("host", "a"), ("host", "b")], RunsQuery)


@given(st.lists(st.tuples(st.sampled_from(["host", "tag", "state", "limit", "after", "x"]) | st.text(), st.text())))
def test_no_parameters_at_all_fail_otherwise(given_parameters):
    for kind in KINDS:
        with contextlib.suppress(ParameterError):
            parameters.read(given_parameters, kind)
