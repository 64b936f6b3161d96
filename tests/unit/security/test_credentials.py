# SPDX-License-Identifier: MIT
import stat

import pytest

from humeops.security import credentials


@pytest.mark.parametrize(("kind", "prefix"), [("person", "hume_p_"), ("agent", "hume_a_")])
def test_a_token_says_whose_kind_it_is_and_holds_256_bits(kind, prefix):
    token = credentials.make_token(kind)

    assert token.startswith(prefix)
    assert len(token.removeprefix(prefix)) == 43
    assert credentials.is_token(token, kind)
    assert token != credentials.make_token(kind)


def test_a_token_of_one_kind_is_not_one_of_the_other():
    assert not credentials.is_token(credentials.make_token("agent"), "person")


def test_what_is_kept_of_a_token_matches_only_that_token():
    token = credentials.make_token("person")

    assert credentials.matches(token, credentials.hash_token(token))
    assert not credentials.matches(credentials.make_token("person"), credentials.hash_token(token))
    assert token.encode() not in credentials.hash_token(token)


def test_a_token_file_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "token"
    token = credentials.make_token("person")

    credentials.write_token(path, token)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert credentials.read_token(path, "person") == token
    assert list(tmp_path.iterdir()) == [path]


def test_writing_over_a_token_that_others_could_read_closes_it(tmp_path):
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)

    credentials.write_token(path, credentials.make_token("person"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "something else", "hume_p_short", "\0\xff"])
def test_a_file_without_a_token_holds_none(tmp_path, content):
    (tmp_path / "token").write_text(content)

    assert credentials.read_token(tmp_path / "token", "person") is None
    assert credentials.read_token(tmp_path / "missing", "person") is None
