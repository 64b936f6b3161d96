# SPDX-License-Identifier: MIT
"""Of several api in one folder the address of one that answers stands there, whichever ended."""

import pytest

from humeops.api import announcing, server

OURS, THEIRS = "http://127.0.0.1:4871", "http://127.0.0.1:4872"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "central.url"


def test_the_address_of_another_one_stays_while_it_answers(path):
    server.write_address(path, THEIRS)

    announcing.Announcing(path, OURS, lambda url: url == THEIRS).step()

    assert path.read_text() == f"{THEIRS}\n"


@pytest.mark.parametrize("left", [None, f"{THEIRS}\n", "", "gone wrong"], ids=["none", "killed", "empty", "odd"])
def test_where_nobody_answers_any_more_ours_is_put(path, left):
    if left is not None:
        path.write_text(left)

    announcing.Announcing(path, OURS, lambda url: False).step()

    assert path.read_text() == f"{OURS}\n"


def test_what_is_no_address_is_nobody_who_answers():
    assert not any(map(announcing.answers, ("", "gone wrong", "http://127.0.0.1:0", "http://[", "http://h:99999999")))


def test_it_takes_back_its_own_address_and_nobody_elses(path):
    ours, theirs = (announcing.Announcing(path, url, lambda _: True) for url in (OURS, THEIRS))
    ours.start()
    theirs.start()

    ours.stop()
    left = path.read_text()
    theirs.stop()

    assert (left, path.exists()) == (f"{THEIRS}\n", False)
