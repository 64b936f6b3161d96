# SPDX-License-Identifier: MIT
"""What a manifest lets a script be called with."""

import datetime

import pytest

from humeops.security.signing import manifest
from humeops.security.signing.manifest import Manifest, SignatureError

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


def check(globs, *arguments):
    made = Manifest(1, "job.sh", "0" * 64, 1, "ann@example.com", NOW.isoformat(), ["/bin/sh"], list(globs))
    manifest.check(made, "job.sh", arguments, "db1", NOW)


@pytest.mark.parametrize("argument", ["/srv/../etc/shadow", "/srv/..", "/srv/a/../../etc"])
def test_a_star_leads_nowhere_by_dots(argument):
    with pytest.raises(SignatureError) as caught:
        check(["-v", "/srv/*"], argument)

    assert caught.value.kind == "arguments"


def test_dots_are_what_they_are_where_they_were_signed_or_are_no_way():
    check(["../*", "/srv/*"], "../x/../y", "/srv/a..b", "/srv/.../x")
