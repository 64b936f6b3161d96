# SPDX-License-Identifier: MIT
"""Whom a host believes, handed out as one signed bundle: what is in force afterwards, and attacks, with OpenSSH's own program."""

import contextlib
import datetime
import itertools
import os
import pathlib
import subprocess
import threading

import msgspec
import pytest

from humeops import wholefile
from humeops.cli import signing
from humeops.errors import ConfigError, Exit, HumeError
from humeops.security.signing import bundle, envelope, installing, sshsig, trust
from humeops.security.signing.bundle import BundleError
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.trust import Trust
from tests.fixtures import signers
from tests.fixtures.office import Office, invoke
from tests.fixtures.signers import kind, signed


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    # What is said to humed is tried with a real one elsewhere.
    monkeypatch.setenv("HUME_DISABLE", "1")


@pytest.fixture
def office(tmp_path):
    signers.require()
    return Office(tmp_path)


def refused(office, file):
    """Try this bundle; return why it was refused, having seen that nothing changed."""
    before = office.state()
    with pytest.raises(BundleError) as caught:
        office.update(file)
    assert office.state() == before
    assert caught.value.exit_code == Exit.UNSIGNED
    return caught.value.kind


def version(office):
    found = installing.in_force(office.trust, (0, os.geteuid()))
    return found.bundle.version if found else None


def unpacked(file):
    return bundle.unpack(file.read_bytes())


def test_what_is_published_is_in_force(office):
    (office.lists / "policy.toml").write_text('policy = "report"\n')

    printed = office.update(office.publish())

    believed = Trust(office.trust, (0, os.geteuid()))
    assert "version 1, signed by root@example.com, is in force until" in printed
    for name, path in (("allowed_signers", believed.allowed), ("revoked", believed.revoked)):
        assert path.read_bytes() == (office.lists / name).read_bytes()
    assert believed.settings.policy == "report"
    assert kind(office, signed(office)) == "ok"
    assert kind(office, signed(office, key="bob", name="bobs.sh")) == "signature"


def test_the_next_one_takes_its_place(office):
    office.update(office.publish())
    script = signed(office)
    office.list("ann", "bob", revoked=("ann",))
    office.update(office.publish())

    assert kind(office, script) == "revoked"
    assert kind(office, signed(office, key="bob", name="bobs.sh")) == "ok"


def test_what_was_brought_by_hand_counts_no_more(office):
    office.allow("bob")
    office.revoke()
    script = signed(office, key="bob")
    assert kind(office, script) == "ok"

    office.update(office.publish())

    assert kind(office, script) == "signature"


def test_the_same_bundle_again_changes_nothing(office):
    file = office.publish()
    office.update(file)
    before = office.state()

    assert "it was before" in office.update(file)
    assert office.state() == before


def test_only_the_last_two_are_kept(office):
    for _ in range(4):
        office.update(office.publish())

    assert sorted(path.name for path in office.trust.glob("trust-*")) == ["trust-3", "trust-4"]


def test_stock_ssh_keygen_verifies_a_bundle(office):
    line, _, signature = office.publish().read_bytes().partition(b"\n")
    (office.root / "s").write_bytes(signature)
    words = ["ssh-keygen", "-Y", "verify", "-f", office.trust / "root_signers", "-I", "root@example.com"]

    done = subprocess.run(
        [*words, "-n", bundle.NAMESPACE, "-s", office.root / "s"], input=line + b"\n", capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_list_of_revoked_keys_as_ssh_keygen_makes_it_is_taken(office):
    office.update(office.publish())
    script = signed(office)
    words = ["ssh-keygen", "-q", "-k", "-f", office.lists / "revoked", office.key("ann").with_name("key-ann.pub")]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    office.update(office.publish())

    assert kind(office, script) == "revoked"


def test_whoever_is_no_root_signer_says_nothing(office):
    office.update(office.publish())

    assert refused(office, office.publish(key="bob")) == "signature"
    assert refused(office, office.publish("--as", "root@example.com", key="bob")) == "signature"


def test_a_signer_of_scripts_is_no_root_signer(office):
    office.update(office.publish())

    assert refused(office, office.publish(key="ann")) == "signature"


@pytest.mark.parametrize("namespace", ["hume-script@hume", "file", "git"])
def test_what_was_signed_for_something_else_is_no_bundle(office, namespace):
    office.roots("root", options="")
    said, _ = unpacked(office.publish())

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


def test_a_bundle_ends(office, monkeypatch):
    file = office.publish("--for", "1d")
    later = signing.now() + datetime.timedelta(days=2)
    monkeypatch.setattr(signing, "now", lambda: later)

    assert refused(office, file) == "expired"


def test_nothing_verifies_once_the_bundle_in_force_is_over(office, monkeypatch):
    office.update(office.publish("--for", "1d"))
    script = signed(office)
    assert kind(office, script) == "ok"
    later = signing.now() + datetime.timedelta(days=2)
    monkeypatch.setattr(signing, "now", lambda: later)

    assert kind(office, script) == "outdated"
    assert refused(office, office.root / "bundle") == "expired"


def test_a_root_key_that_another_one_revoked_signs_no_more(office):
    office.roots("root", "heir")
    office.update(office.publish())
    office.list("ann", revoked=("root",))
    office.update(office.publish(key="heir"))
    office.list("ann")

    assert refused(office, office.publish(key="root")) == "revoked"


def test_nobody_publishes_what_revokes_his_own_key(office):
    office.list("ann", revoked=("root",))

    with pytest.raises(BundleError, match=r"revokes the key of root@example\.com"):
        office.publish()


def test_a_host_does_not_take_what_would_end_it(office):
    office.update(office.publish())
    said, _ = unpacked(office.publish())
    said = msgspec.structs.replace(said, revoked=f"{office.public('root')}\n".encode())

    assert refused(office, office.made(said)) == "malformed"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("allowed_signers", '*@example.com namespaces="x" ssh-ed25519 AAAA', "allowed_signers:1: a pattern"),
        ("allowed_signers", "ann@example.com", "allowed_signers:1: NAME"),
        ("allowed_signers", "# fine\nann@example.com ssh-ed25519", "allowed_signers:2: NAME"),
        ("allowed_signers", 'ann@example.com namespaces="x ssh-ed25519 AAAA', "allowed_signers:1: NAME"),
        ("policy.toml", "policy = 'refuse", "policy.toml: not TOML"),
        ("policy.toml", "polcy = 'refuse'", "did you mean `policy`"),
    ],
)
def test_lists_that_no_host_could_use_are_not_signed(office, name, text, told):
    (office.lists / name).write_text(text)

    with pytest.raises(BundleError, match=told):
        office.publish()
    assert not (office.root / "bundle").exists()


@pytest.mark.parametrize("name", ["allowed_signers", "revoked"])
def test_a_list_that_is_missing_is_not_taken_for_an_empty_one(office, name):
    (office.lists / name).unlink()

    with pytest.raises(ConfigError, match=name):
        office.publish()


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
    said = {**msgspec.to_builtins(unpacked(office.publish())[0]), **change}
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


def test_whoever_reads_meanwhile_finds_all_of_one_version(office):
    files = []
    for number in range(1, 13):
        office.list("ann", *(["bob"] if number % 2 else []), revoked=("bob",) if number % 2 else ())
        files.append(office.publish("--number", str(number), name=f"b{number}"))
    office.update(files[0])
    torn, seen, over = [], set(), threading.Event()

    def read():
        while not over.is_set():
            try:
                believed = Trust(office.trust, (0, os.geteuid()))
                lists = ("bob@" in believed.allowed.read_text(), bool(believed.revoked.read_text()))
            except FileNotFoundError:
                continue  # so slow that two updates went by: the one before stays, and no more
            seen.add(lists)
            if lists[0] != lists[1]:
                torn.append(lists)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for file in files[1:]:
            office.update(file)
    finally:
        over.set()
        reader.join()

    assert torn == []
    assert seen == {(True, True), (False, False)}


def test_two_at_once_wait_for_each_other(office):
    files = [office.publish("--number", str(number), name=f"b{number}") for number in range(1, 9)]
    wrong = []

    def put(file):
        try:
            installing.install(file.read_bytes(), office.trust, (0, os.geteuid()), signing.now())
        except BundleError as error:
            if error.kind != "rolled-back":
                wrong.append(error)

    threads = [threading.Thread(target=put, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert version(office) == 8


@pytest.mark.parametrize("moment", range(1, 6))
def test_a_crash_on_the_way_leaves_the_old_or_the_new_one(office, monkeypatch, moment):
    office.update(office.publish())
    file, calls = office.publish(), itertools.count(1)

    def dying(step):
        def wrapped(*given):
            if next(calls) == moment:
                os._exit(9)
            return step(*given)

        return wrapped

    if (child := os.fork()) == 0:
        monkeypatch.setattr(wholefile, "sync", dying(wholefile.sync))
        monkeypatch.setattr(pathlib.Path, "rename", dying(pathlib.Path.rename))
        monkeypatch.setattr(pathlib.Path, "replace", dying(pathlib.Path.replace))
        try:
            installing.install(file.read_bytes(), office.trust, (0, os.geteuid()), signing.now())
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    there = version(office)
    Trust(office.trust, (0, os.geteuid()))
    assert there in (1, 2)
    office.update(file)
    assert version(office) == 2
    assert [path.name for path in office.trust.glob(".draft-*")] == []


def test_the_systems_list_is_changed_by_root_alone(office, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(HumeError, match="as root"):
        invoke(["update", "--from", str(office.publish())])


def test_what_is_in_force_is_shown(office):
    office.update(office.publish())

    text = invoke(["show", "--trust", str(office.trust)])
    told = msgspec.json.decode(invoke(["show", "--trust", str(office.trust), "-o", "json"]))

    assert "version 1, signed by root@example.com" in text
    assert "ann@example.com  ssh-ed25519" in text
    assert (told["version"], told["policy"], told["expired"]) == (1, "refuse", False)
    assert [one["names"] for one in told["signers"]] == [["ann@example.com"]]


def test_what_was_brought_by_hand_is_shown_as_such(office):
    office.allow("ann")
    office.revoke()

    assert "brought by hand" in invoke(["show", "--trust", str(office.trust)])


def test_whoever_publishes_sees_what_changes(office):
    office.publish()
    office.list("bob", revoked=("ann",))
    words = ["publish", str(office.lists), "--key", str(office.key("root")), "--to", str(office.root / "bundle")]

    printed = invoke(words)

    assert "version 2" in printed
    assert [line for line in printed.splitlines() if line.startswith("  ")] == [
        "  1 signer",
        "  + bob@example.com",
        "  - ann@example.com",
        "  the list of revoked keys changed",
    ]


def test_a_signer_for_anything_is_pointed_out(office):
    (office.lists / "allowed_signers").write_text(f"ann@example.com {office.public('ann')}\n")
    words = ["publish", str(office.lists), "--key", str(office.key("root")), "--to", str(office.root / "bundle")]

    assert 'ann@example.com has no namespaces="hume-script@hume"' in invoke(words)


def test_a_folder_that_is_managed_needs_its_bundle(office):
    office.update(office.publish())
    (office.trust / "current" / trust.BUNDLE).write_text("{}")

    with pytest.raises(ConfigError, match="hume signers update"):
        Trust(office.trust, (0, os.geteuid()))
