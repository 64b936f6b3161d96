# SPDX-License-Identifier: MIT
"""Which client certificate is believed to have come: what a listed proxy says once, plainly, and verified."""

from typing import Any

import pytest

from humeops.api import addresses, certificates
from humeops.errors import NotAllowedError
from humeops.security.roles import Actor

HEADERS = certificates.Headers("X-Subject", "X-Verify")
PROXIES = addresses.networks(["192.0.2.1"])


def shown(*headers, client="192.0.2.1", wanted=HEADERS):
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope: Any = {"client": (client, 1), "headers": raw}
    return certificates.shown(scope, wanted, PROXIES)


@pytest.mark.parametrize("word", ["SUCCESS", "0"])
def test_what_the_proxy_says_is_believed(word):
    assert shown(("X-Subject", "CN=db1,O=Example"), ("X-Verify", word)) == "CN=db1,O=Example"


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Subject", "CN=db1")],
        [("X-Subject", "CN=db1"), ("X-Verify", "NONE")],
        [("X-Subject", "CN=db1"), ("X-Verify", "FAILED:certificate has expired")],
        [("X-Subject", "CN=db1"), ("X-Verify", "SUCCESS"), ("X-Verify", "SUCCESS")],
        [("X-Subject", "CN=db1"), ("X-Subject", "CN=db2"), ("X-Verify", "SUCCESS")],
        [("X-Subject", "CN=db1\x1b[2J"), ("X-Verify", "SUCCESS")],
        [("X-Subject", "CN=" + "x" * 1_000), ("X-Verify", "SUCCESS")],
        [("X-Verify", "SUCCESS")],
    ],
)
def test_anything_less_counts_as_none(headers):
    assert shown(*headers) == ""


@pytest.mark.parametrize("client", ["192.0.2.2", "127.0.0.1", "", "nonsense"])
def test_of_nobody_else(client):
    assert shown(("X-Subject", "CN=db1"), ("X-Verify", "SUCCESS"), client=client) == ""


def test_without_a_setting_no_header_is_looked_at():
    assert shown(("X-Subject", "CN=db1"), ("X-Verify", "SUCCESS"), wanted=certificates.Headers()) == ""


@pytest.mark.parametrize("actor", [Actor("db1", "agent", host="db1"), Actor("fleet", "enroller", host="central")])
def test_where_every_host_has_to_show_one_none_is_too_few(actor):
    wanted = HEADERS._replace(required=True, own="central")

    certificates.check(actor, "CN=db1", wanted)
    with pytest.raises(NotAllowedError, match="none came"):
        certificates.check(actor, "", wanted)


def test_centrals_own_machine_passes_no_proxy_and_needs_none():
    certificates.check(Actor("central", "agent", host="central"), "", HEADERS._replace(required=True, own="central"))


def test_a_credential_that_goes_with_none_is_good_with_any_or_none():
    for came in ("", "CN=db1"):
        certificates.check(Actor("db1", "agent"), came)


@pytest.mark.parametrize(("came", "word"), [("", "none"), ("CN=db2", "another one"), ("CN=db", "another one")])
def test_one_that_goes_with_another_is_not(came, word):
    with pytest.raises(NotAllowedError, match=f"came with {word}"):
        certificates.check(Actor("db1", "agent", certificate="CN=db1"), came)
