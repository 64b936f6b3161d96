# SPDX-License-Identifier: MIT
"""From a filter to one that is narrower."""

import pytest

from humeops.web import asking


@pytest.mark.parametrize(
    ("text", "more", "both"),
    [
        ("", "tag:x", "tag:x"),
        ("host:a", "tag:x", "host:a tag:x"),
        ("host:a or host:b", "tag:x", "(host:a or host:b) tag:x"),
        ("host:a tag:x", "tag:x", "host:a tag:x"),
        ("not tag:x", "tag:x", "not tag:x tag:x"),
        ("-tag:x", "tag:x", "-tag:x tag:x"),
        ("tag:xy", "tag:x", "tag:xy tag:x"),
        ('"a tag:x b"', "tag:x", '"a tag:x b" tag:x'),
        ("(host:a or tag:x )", "tag:x", "((host:a or tag:x )) tag:x"),
    ],
)
def test_a_filter_is_narrowed(text, more, both):
    assert asking.narrowed(text, more) == both
