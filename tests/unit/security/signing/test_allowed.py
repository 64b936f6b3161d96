# SPDX-License-Identifier: MIT
"""Whom a list of allowed signers names."""

import pytest

from humeops.security.signing import allowed

LIST = '# eve@example.com ssh-ed25519 AAAA\nann@example.com,bob@example.com namespaces="a" ssh-ed25519 AAAA\n "dan@example.com" ssh-ed25519 AAAA\n'


@pytest.mark.parametrize(
    ("name", "named"), [("ann", True), ("bob", True), ("dan", True), ("eve", False), ("an", False)]
)
def test_only_who_stands_in_the_first_field_is_named(name, named):
    assert allowed.is_named(LIST, f"{name}@example.com") is named
