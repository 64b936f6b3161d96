# SPDX-License-Identifier: MIT
"""Attacks on trust bundles, with OpenSSH's own program: none is put in force, nothing of the host changes, and each is told by its own word."""

import contextlib
import errno
import os
import threading

import msgspec
import pytest

from humeops import wholefile
from humeops.errors import ConfigError, HumeError, UnavailableError
from humeops.security.signing import bundle, envelope, sshsig, trust
from humeops.security.signing.bundle import BundleError
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.trust import Trust
from tests.fixtures import signers
from tests.fixtures.office import refused, unpacked, version
from tests.fixtures.signers import kind, signed


def test_whoever_is_no_root_signer_says_nothing(office):
    office.update(office.publish())

    assert refused(office, office.publish("--number", "2", key="bob")) == "signature"
    assert refused(office, office.publish("--number", "2", "--as", "root@example.com", key="bob")) == "signature"


def test_a_signer_of_scripts_is_no_root_signer(office):
    office.update(office.publish())

    assert refused(office, office.publish("--number", "2", key="ann")) == "signature"


@pytest.mark.parametrize("namespace", ["hume-script@hume", "file", "git"])
def test_what_was_signed_for_something_else_is_no_bundle(office, namespace):
    office.roots("root", options="")
    said = unpacked(office.publish())

    assert refused(office, office.made(said, namespace=namespace)) == "signature"


def test_a_bundle_is_no_signature_of_a_script(office):
    office.roots("root", options="")
    office.list("ann", "root")
    office.update(office.publish())
    script = signed(office)
    enclosed = envelope.unpack(signers.sig_of(script).read_bytes())
    other = sshsig.sign(enclosed.signed, office.key("root"), bundle.NAMESPACE)
    signers.sig_of(script).write_bytes(envelope.pack(Envelope(enclosed.signed, other)))

    assert kind(office, script) == "signature"


def test_each_byte_of_it_counts(office):
    office.update(office.publish())
    whole = office.publish().read_bytes()
    file = office.root / "changed"
    for place in range(0, len(whole), 23):
        data = bytearray(whole)
        data[place] ^= 1
        file.write_bytes(data)
        assert refused(office, file) in ("signature", "malformed")


def test_a_bundle_that_was_cut_is_none(office):
    whole = office.publish().read_bytes()
    file = office.root / "cut"
    for length in (*range(0, len(whole), 41), len(whole) - 1):
        file.write_bytes(whole[:length])
        assert refused(office, file) == "malformed"


@pytest.mark.parametrize("also", [b"x", b"\n", b"-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n"])
def test_a_bundle_with_more_behind_it_is_none(office, also):
    file = office.publish()
    file.write_bytes(file.read_bytes() + also)

    assert refused(office, file) == "malformed"


def test_an_older_version_does_not_come_back(office):
    old = office.publish(name="old")
    old_bytes = old.read_bytes()
    office.update(old)
    office.list("ann", revoked=("bob",))
    old.write_bytes(office.publish(name="old").read_bytes())
    office.update(old)
    old.write_bytes(old_bytes)

    assert refused(office, old) == "rolled-back"


def test_a_version_is_signed_once(office):
    office.update(office.publish("--number", "7"))
    office.list("ann", "bob")

    assert refused(office, office.publish("--number", "7", name="another")) == "rolled-back"


def test_a_root_key_that_another_one_revoked_signs_no_more(office):
    office.roots("root", "heir")
    office.update(office.publish())
    office.list("ann", revoked=("root",))
    office.update(office.publish("--number", "2", key="heir"))
    office.list("ann")

    assert refused(office, office.publish("--number", "3", key="root")) == "revoked"


def test_a_host_does_not_take_what_would_end_it(office):
    office.update(office.publish())
    said = unpacked(office.publish())
    said = msgspec.structs.replace(said, revoked=f"{office.public('root')}\n".encode())

    assert refused(office, office.made(said)) == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": 2**60},
        {"hume": 2},
        {"not_after": "never"},
        {"not_after": "2030-01-01"},
        {"signer": "root@example.com -n x"},
        {"allowed_signers": "* ssh-ed25519 AAAA"},
        {"allowed_signers": "x" * (bundle.MAX_LIST_CHARACTERS + 1)},
        {"policy": "policy = 7"},
        {"more": "x"},
    ],
    ids=lambda change: "-".join(str(part)[:24] for part in next(iter(change.items()))),
)
def test_what_is_signed_and_makes_no_sense_is_not_taken(office, change):
    said = {**msgspec.to_builtins(unpacked(office.publish())), **change}
    line = msgspec.json.encode(said) + b"\n"
    file = office.root / "odd"
    file.write_bytes(envelope.pack(Envelope(line, sshsig.sign(line, office.key("root"), bundle.NAMESPACE))))

    assert refused(office, file) == "malformed"


def test_without_root_signers_nothing_is_taken(office):
    file = office.publish()
    (office.trust / "root_signers").unlink()

    with pytest.raises(ConfigError, match="root_signers"):
        office.update(file)


def test_a_pattern_among_the_root_signers_is_refused(office):
    file = office.publish()
    (office.trust / "root_signers").write_text(f"*@example.com {office.public('root')}\n")

    with pytest.raises(ConfigError, match="root_signers:1: a pattern"):
        office.update(file)


@pytest.mark.parametrize("name", [".", "root_signers"])
def test_where_others_may_write_nothing_is_put_in_force(office, name):
    file = office.publish()
    (office.trust / name).chmod(0o777)
    before = office.state()

    with pytest.raises(ConfigError, match="others may change it"):
        office.update(file)
    assert office.state() == before


@pytest.mark.parametrize(
    "name", ["current/allowed_signers", "current/revoked", "current/bundle", "current/policy.toml", "current/."]
)
def test_what_is_in_force_must_be_out_of_others_reach(office, name):
    office.update(office.publish())
    (office.trust / name).chmod(0o777)

    with pytest.raises(ConfigError, match="others may change it"):
        Trust(office.trust, (0, os.geteuid()))


def test_root_signers_may_be_no_link(office):
    file = office.publish()
    (office.trust / "root_signers").rename(office.root / "elsewhere")
    (office.trust / "root_signers").symlink_to(office.root / "elsewhere")

    with pytest.raises(ConfigError, match="no file"):
        office.update(file)


@pytest.mark.parametrize("target", ["../evil", "evil", "/etc", "trust-1/../../evil", "trust-x"])
def test_a_link_that_leads_elsewhere_is_not_followed(office, target):
    evil = office.root / "evil"
    evil.mkdir()
    (office.trust / "current").symlink_to(target)

    with pytest.raises(ConfigError, match="hume did not put there"):
        Trust(office.trust, (0, os.geteuid()))
    with pytest.raises(ConfigError, match="hume did not put there"):
        office.update(office.publish())
    assert list(evil.iterdir()) == []


def test_a_folder_in_the_place_of_the_link_is_refused(office):
    (office.trust / "current").mkdir()

    with pytest.raises(ConfigError, match="no link"):
        office.update(office.publish())


def test_a_link_that_leads_nowhere_means_no(office):
    office.update(office.publish())
    (office.trust / "trust-1" / "allowed_signers").unlink()

    with pytest.raises(ConfigError, match="allowed_signers"):
        Trust(office.trust, (0, os.geteuid()))


def test_what_lies_in_the_place_of_the_next_one_is_not_written_through(office):
    evil = office.root / "evil"
    evil.mkdir()
    (evil / "allowed_signers").write_text("mine")
    (office.trust / "trust-1").symlink_to(evil)
    (office.trust / ".draft-aaaa").symlink_to(evil)

    office.update(office.publish())

    assert [path.read_text() for path in evil.iterdir()] == ["mine"]
    assert not (office.trust / "trust-1").is_symlink()
    assert not (office.trust / ".draft-aaaa").is_symlink()


def test_a_lock_that_is_a_link_is_not_opened(office):
    victim = office.root / "victim"
    (office.trust / ".lock").symlink_to(victim)

    with pytest.raises(ConfigError):
        office.update(office.publish())
    assert not victim.exists()


@pytest.mark.parametrize("what", ["fifo", "folder", "giant", "missing"])
def test_what_is_no_file_to_read_is_not_waited_for(office, what):
    path = office.root / "odd"
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "giant":
        with path.open("wb") as file:
            file.truncate(bundle.MAX_BUNDLE_BYTES + 1)

    with pytest.raises(HumeError):
        office.update(path)


def test_a_disk_that_fails_leaves_everything_as_it_was(office, monkeypatch):
    office.update(office.publish())
    file, before = office.publish(), office.state()

    def full(_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(wholefile, "sync", full)
        with pytest.raises(UnavailableError, match="nothing changed: no space left"):
            office.update(file)

    assert office.state() == before
    office.update(file)
    assert version(office) == 2


def test_a_racing_writer_gets_nothing_in_that_was_not_signed(office):
    office.update(office.publish("--number", "1"))
    good = office.publish("--number", "2", name="good").read_bytes()
    evil = office.publish("--number", "3", key="bob", name="evil").read_bytes()
    file, over = office.root / "raced", threading.Event()
    file.write_bytes(good)

    def race():
        while not over.is_set():
            file.write_bytes(evil)
            file.write_bytes(good)

    racer = threading.Thread(target=race)
    racer.start()
    try:
        for _ in range(25):
            with contextlib.suppress(BundleError):
                office.update(file)
    finally:
        over.set()
        racer.join()

    assert version(office) in (1, 2)


def test_a_folder_that_is_managed_needs_its_bundle(office):
    office.update(office.publish())
    (office.trust / "current" / trust.BUNDLE).write_text("{}")

    with pytest.raises(ConfigError, match="hume signers update"):
        Trust(office.trust, (0, os.geteuid()))
