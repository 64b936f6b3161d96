# SPDX-License-Identifier: MIT
"""Attacks on signed scripts, with OpenSSH's own program: none of them verifies, and each is told by its own word."""

import os
import re
import threading

import click
import pytest

from humeops.cli import signing
from humeops.errors import ConfigError, GivenError, HumeError
from humeops.security.signing import envelope, sealing, sshsig, trust
from humeops.security.signing.envelope import Envelope
from tests.fixtures import signers
from tests.fixtures.signers import GOOD, kind, look, put_signature, sig_of, signed


@pytest.fixture
def host(tmp_path):
    signers.require()
    return signers.Signers(tmp_path)


@pytest.mark.parametrize("words", [(), ("--inside",)], ids=["beside", "inside"])
def test_a_script_that_was_signed_verifies(host, words):
    script = signed(host, *words)

    found = look(host, script, "any", "arguments")

    assert found.fault is None
    assert found.policy == "refuse"
    assert found.verified.manifest.signer == "ann@example.com"
    assert script.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("words", [(), ("--inside",)], ids=["beside", "inside"])
def test_a_byte_that_changed_is_found(host, words):
    script = signed(host, *words)
    data = bytearray(script.read_bytes())
    data[12] ^= 1
    script.write_bytes(data)

    assert kind(host, script) == "changed"


def test_each_byte_of_the_manifest_counts(host):
    script = signed(host)
    whole = sig_of(script).read_bytes()
    for place in range(0, whole.index(b"\n"), 7):
        data = bytearray(whole)
        data[place] ^= 1
        sig_of(script).write_bytes(data)
        assert kind(host, script) in ("signature", "malformed")


def test_an_unsigned_script_is_told(host):
    assert kind(host, host.write(GOOD)) == "unsigned"


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda host: host.revoke("ann"), "revoked"),
        (lambda host: host.allow("bob"), "signature"),
        (lambda host: host.allow("ann", options='namespaces="file"'), "signature"),
        (lambda host: host.allow("ann", options='valid-before="20200101"'), "signature"),
        (lambda host: host.allow(), "signature"),
    ],
    ids=["revoked", "not allowed", "wrong namespace", "key out of date", "nobody allowed"],
)
def test_who_is_not_believed_any_more(host, prepare, told):
    script = signed(host)
    prepare(host)

    assert kind(host, script) == told


def test_a_signature_for_another_purpose_does_not_count(host):
    script = signed(host)
    enclosed = envelope.unpack(sig_of(script).read_bytes())
    other = sshsig.sign(enclosed.signed, host.key("ann"), "git")
    sig_of(script).write_bytes(envelope.pack(Envelope(enclosed.signed, other)))

    assert kind(host, script) == "signature"


def test_nobody_signs_in_anothers_name(host):
    host.allow("ann", "bob")
    script = signed(host, "--as", "ann@example.com", key="bob")

    assert kind(host, script) == "signature"


def test_a_signature_ends(host, monkeypatch):
    script = signed(host, "--for", "1h")
    assert kind(host, script) == "ok"
    later = signing.now().replace(year=signing.now().year + 1)
    monkeypatch.setattr(signing, "now", lambda: later)

    assert kind(host, script) == "expired"


def test_a_signed_script_under_another_name_does_not_run(host):
    other = signed(host, name="delete-all.sh")
    script = host.root / "job.sh"
    script.write_bytes(other.read_bytes())
    sig_of(script).write_bytes(sig_of(other).read_bytes())

    assert kind(host, script) == "name"


def test_a_link_to_another_signed_script_does_not_run(host):
    other = signed(host, name="delete-all.sh")
    script = host.root / "job.sh"
    script.symlink_to(other)
    sig_of(script).symlink_to(sig_of(other))

    assert kind(host, script) == "name"


def test_a_link_to_an_unsigned_script_does_not_run(host):
    script = signed(host)
    evil = host.write("#!/bin/sh\necho evil\n", "evil")
    script.unlink()
    script.symlink_to(evil)

    assert kind(host, script) == "changed"


def test_only_the_arguments_it_was_signed_for(host):
    script = signed(host, "--argument", "/srv/*", "--argument", "--quick")

    assert kind(host, script, "--quick", "/srv/www") == "ok"
    assert kind(host, script, "/etc/passwd") == "arguments"
    assert kind(host, signed(host, "--no-arguments", name="none.sh"), "x") == "arguments"


def test_only_on_the_hosts_it_was_signed_for(host):
    assert kind(host, signed(host, "--host", "no-such-host-*")) == "host"
    assert kind(host, signed(host, "--host", "*", name="any.sh")) == "ok"


def test_what_it_sources_is_signed_too(host):
    common = host.write("x=1\n", "common.sh")
    script = signed(host, "--source", str(common))
    assert kind(host, script) == "ok"
    common.write_text("x=2\n")

    assert kind(host, script) == "source"


def test_what_it_sources_must_be_out_of_others_reach(host):
    common = host.write("x=1\n", "common.sh")
    script = signed(host, "--source", str(common))
    common.chmod(0o666)

    assert kind(host, script) == "source"


@pytest.mark.parametrize(
    "behind", [b"echo evil\n", b"# x\recho evil\n", b"# x\x0becho\n", b"# no line feed", b"#x\n", b"\n"]
)
def test_nothing_runs_from_behind_a_block(host, behind):
    script = signed(host, "--inside")
    script.write_bytes(script.read_bytes() + behind)

    assert kind(host, script) == "malformed"


def test_more_comments_in_a_block_are_more_than_was_signed(host):
    script = signed(host, "--inside")
    script.write_bytes(script.read_bytes() + b"# more\n")

    assert kind(host, script) == "malformed"


@pytest.mark.parametrize(
    "variable",
    [
        "LD_PRELOAD",
        "BASH_ENV",
        "PATH",
        "IFS",
        "ENV",
        "PYTHONPATH",
        "HUME_DIR",
        "PERL5OPT",
        "LUA_INIT_5_4",
        "_JAVA_OPTIONS",
    ],
)
def test_no_manifest_lets_through_what_an_interpreter_obeys(host, variable):
    script = host.write(GOOD)

    with pytest.raises(GivenError, match=f"lets {variable} through"):
        put_signature(host, script, "--env", variable)


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("x" * 65, (), "the name of a signed script has up to 64"),
        ("a,b", (), "the name of a signed script has up to 64"),
        ("job.sh", ("--as", "ann smith"), "'ann smith': who signs is named by"),
        ("job.sh", ("--as", ""), "'': who signs is named by"),
        ("job.sh", ("--interpreter", '"'), "--interpreter '\"': No closing quotation"),
        ("job.sh", ("--source", "/nowhere/x"), "--source /nowhere/x: no such file"),
        ("job.sh", ("--interpreter", "sh"), "no interpreter by its whole path"),
        ("job.sh", ("--interpreter", ""), "no interpreter by its whole path"),
    ],
)
def test_what_no_host_would_take_is_not_signed(host, name, words, told):
    with pytest.raises(GivenError, match=re.escape(told)) as caught:
        put_signature(host, host.write(GOOD, name), *words)
    assert caught.value.exit_code == 64


def test_a_script_with_text_behind_its_block_is_not_signed(host):
    script = signed(host, "--inside")
    with script.open("a") as file:
        file.write("echo evil\n")

    with pytest.raises(GivenError, match="no host would run it: behind its block"):
        put_signature(host, script)

    assert not sig_of(script).exists()


@pytest.mark.parametrize("policy", ["refuse", "report"])
@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.write_bytes(b"x" * 200_000)], ids=["fifo", "giant"])
def test_a_signature_that_cannot_be_read_is_a_matter_of_the_policy(host, put, policy):
    script = host.write(GOOD)
    put(sig_of(script))
    (host.trust / "policy.toml").write_text(f'policy = "{policy}"\n')

    found = look(host, script)

    assert (found.fault.kind, found.policy) == ("malformed", policy)
    with pytest.raises(GivenError, match="remove that first"):
        put_signature(host, script)


def test_a_link_is_not_replaced_by_what_is_signed_inside(host):
    script, link = host.write(GOOD), host.root / "link.sh"
    link.symlink_to(script)

    with pytest.raises(GivenError, match=r"sign the script itself: .*job\.sh"):
        put_signature(host, link, "--inside")

    assert link.is_symlink()


@pytest.mark.parametrize("span", ["0d", "0s", "99999999w"])
def test_an_end_that_is_none_is_not_signed(host, span):
    with pytest.raises(click.UsageError):
        put_signature(host, host.write(GOOD), "--for", span)


def test_who_is_not_among_those_allowed_is_said(host):
    told = str(look(host, signed(host, key="bob")).fault)

    assert told == f"it is signed by bob@example.com, whom {host.trust}/allowed_signers does not name"


def test_a_folder_is_named_by_its_path(host):
    with pytest.raises(GivenError, match=re.escape(f"{host.root}: a folder, and no file")):
        look(host, host.root)


@pytest.mark.parametrize("name", ["allowed_signers", "revoked"])
def test_without_a_list_nobody_is_believed(host, name):
    script = signed(host)
    (host.trust / name).unlink()

    with pytest.raises(ConfigError, match=name):
        look(host, script)


@pytest.mark.parametrize("name", ["allowed_signers", "revoked", "."])
def test_what_others_may_change_is_not_believed(host, name):
    script = signed(host)
    (host.trust / name).chmod(0o777)

    with pytest.raises(ConfigError, match="others may change it"):
        look(host, script)


def test_a_policy_that_others_may_change_is_not_believed(host):
    script = signed(host)
    (host.trust / "policy.toml").write_text('policy = "report"\n')
    (host.trust / "policy.toml").chmod(0o666)

    with pytest.raises(ConfigError, match="others may change it"):
        look(host, script)


def test_the_systems_trust_is_roots_alone(host):
    with pytest.raises(ConfigError):
        trust.check_place(host.trust / "revoked", (12345,)) if os.geteuid() else _owned_by_another(host)


def _owned_by_another(host):
    os.chown(host.trust / "revoked", 12345, -1)
    trust.check_place(host.trust / "revoked", (0,))


@pytest.mark.parametrize("place", ["fifo", "folder", "giant"])
def test_what_is_no_script_is_not_read_for_ever(host, place):
    path = host.root / "job.sh"
    if place == "fifo":
        os.mkfifo(path)
    elif place == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(sealing.MAX_SCRIPT_BYTES + 1)

    with pytest.raises(HumeError):
        look(host, path)


def test_a_racing_writer_never_gets_his_bytes_to_run(host):
    script = signed(host)
    evil = GOOD.replace("good", "evil")
    over = threading.Event()

    def race():
        while not over.is_set():
            script.write_text(evil)
            script.write_text(GOOD)

    racer = threading.Thread(target=race)
    racer.start()
    outcomes = set()
    try:
        for _ in range(60):
            found = look(host, script)
            if found.fault is None:
                descriptor = sealing.seal(found.script.data, "job")
                outcomes.add(os.pread(descriptor, 100, 0))
                os.close(descriptor)
    finally:
        over.set()
        racer.join()

    assert outcomes <= {GOOD.encode()}
