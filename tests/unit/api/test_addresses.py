# SPDX-License-Identifier: MIT
import pytest

from humeops.api import addresses

PROXIES = addresses.networks(["192.0.2.0/24", "2001:db8::1"])


def asked(peer, *forwarded):
    return {
        "client": (peer, 1) if peer else None,
        "headers": [(b"X-Forwarded-For", text.encode()) for text in forwarded],
    }


@pytest.mark.parametrize(
    ("scope", "source"),
    [
        (asked("198.51.100.1"), "198.51.100.1"),
        (asked("198.51.100.1", "203.0.113.9"), "198.51.100.1"),
        (asked("192.0.2.1", "203.0.113.9"), "203.0.113.9"),
        (asked("192.0.2.1", "10.0.0.1, 203.0.113.9"), "203.0.113.9"),
        (asked("192.0.2.1", "203.0.113.9, 192.0.2.7"), "203.0.113.9"),
        (asked("192.0.2.1", "203.0.113.9", "198.51.100.2"), "198.51.100.2"),
        (asked("::ffff:192.0.2.1", "203.0.113.9"), "203.0.113.9"),
        (asked("2001:db8::1", "x" * 99), "x" * 64),
        (asked("192.0.2.1"), "192.0.2.1"),
        (asked("", "203.0.113.9"), ""),
    ],
)
def test_it_is_the_last_one_that_is_no_proxy_of_ours(scope, source):
    assert addresses.source(scope, PROXIES) == source
