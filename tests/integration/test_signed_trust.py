# SPDX-License-Identifier: MIT
"""Whom a host believes: no pattern for a name, and nothing that others may change on any of the way to it."""

import os

import pytest

from humeops.errors import ConfigError
from humeops.security.signing import trust
from tests.fixtures import signers
from tests.fixtures.signers import kind, look, signed


@pytest.fixture
def host(tmp_path):
    signers.require()
    return signers.Signers(tmp_path)


@pytest.mark.parametrize(
    "names",
    [
        "*@example.com",
        " x#,*@*",
        '"*@*"',
        'x"*@*"',
        '"x y,*@*"',
        "x\x0c#,*@*",
        '"x\r#,*@*"',
        'x" *@*',
        "x,!y",
        "ann?",
        "a#b",
    ],
)
def test_a_pattern_for_a_principal_is_refused(host, names):
    script = signed(host)
    (host.trust / "allowed_signers").write_text(f"{names} {host.public('ann')}\n", newline="")

    with pytest.raises(ConfigError, match="allowed_signers:1: a pattern for a principal"):
        look(host, script)


def test_comments_and_names_in_quotes_are_no_patterns(host):
    script = signed(host)
    lines = f'# all of *@example.com\n  #* more\n\n"ann@example.com" {host.public("ann")} from * # to ?\n'
    (host.trust / "allowed_signers").write_text(lines)

    assert kind(host, script) == "ok"


def test_what_it_sources_by_way_of_links_must_be_out_of_others_reach_all_the_way(host):
    open_to_all = host.root / "open"
    (open_to_all / "lib").mkdir(parents=True)
    (open_to_all / "lib/common.sh").write_text("x=1\n")
    (host.root / "inner").symlink_to("open/lib")
    (host.root / "lib").symlink_to(host.root / "open/../inner")
    script = signed(host, "--source", str(host.root / "lib/common.sh"))
    assert kind(host, script) == "ok"
    open_to_all.chmod(0o777)

    found = look(host, script)

    assert found.fault.kind == "source"
    assert str(found.fault).endswith(f"may be changed by others: {open_to_all}")


def test_a_trust_by_way_of_a_link_must_be_out_of_others_reach_all_the_way(host):
    script = signed(host)
    deep = host.root / "open/trust"
    deep.parent.mkdir()
    host.trust.rename(deep)
    host.trust.symlink_to("open/trust")
    assert kind(host, script) == "ok"
    deep.parent.chmod(0o777)

    with pytest.raises(ConfigError, match="others may change it"):
        look(host, script)


def test_links_in_a_circle_end(host):
    (host.root / "one").symlink_to("two")
    (host.root / "two").symlink_to("one")

    with pytest.raises(OSError, match="one"):
        trust.changeable_by_others(host.root / "one/x", (os.geteuid(),))
