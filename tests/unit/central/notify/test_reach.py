# SPDX-License-Identifier: MIT
import ipaddress

import hypothesis
import pytest
from hypothesis import strategies

from humeops.central.notify import reach
from humeops.errors import ConfigError

INSIDE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "fec0::1",
    "100::1",
]
OUTSIDE = [
    "1.1.1.1",
    "93.184.215.14",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "2a00:1450::1",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_public(address):
    assert not reach.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_is_public(address):
    assert reach.is_public(ipaddress.ip_address(address))


@hypothesis.given(strategies.ip_addresses(v=4))
def test_an_address_of_four_numbers_is_the_same_in_its_longer_forms(address):
    mapped = ipaddress.ip_address(f"::ffff:{address}")
    translated = ipaddress.IPv6Address((0x64FF9B << 96) | int(address))

    assert reach.is_public(address) == reach.is_public(mapped) == reach.is_public(translated)


def test_what_is_listed_is_reached_in_every_form():
    listed = reach.networks(["10.1.0.0/16", "fd00::/8"])

    found = [
        reach.is_listed(ipaddress.ip_address(text), listed) for text in ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1")
    ]
    assert found == [True, True, False]


def test_what_is_no_network_is_said_so():
    with pytest.raises(ConfigError, match=r"`notify.internal`: 'intranet' is neither an address nor a network"):
        reach.networks(["intranet"])
