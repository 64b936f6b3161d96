# SPDX-License-Identifier: MIT
"""Whom a host believes, handed out as one signed bundle: what is published, what is in force afterwards, and what is left by a crash."""

import datetime
import itertools
import os
import pathlib
import subprocess
import threading

import click
import msgspec
import pytest

from humeops import wholefile
from humeops.cli import signing
from humeops.cli.doctor.gather import signing as gather
from humeops.errors import ConfigError, HumeError
from humeops.security.signing import bundle, installing
from humeops.security.signing.bundle import BundleError
from humeops.security.signing.trust import Trust
from tests.fixtures.office import invoke, refused, version
from tests.fixtures.signers import GOOD, kind, look, signed


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

    printed = office.update(office.publish())

    assert f"{office.trust}/allowed_signers, which was brought by hand, counts no more" in printed
    assert kind(office, script) == "signature"


def test_a_policy_is_for_some_hosts(office):
    here = signing.call(()).host
    (office.lists / "policy.toml").write_text(
        f'[[scripts]]\nhost = "no-such-*"\npolicy = "report"\n[[scripts]]\nname = "job*"\nhost = "{here}"\npolicy = "report"\n'
    )
    office.update(office.publish())

    assert look(office, office.write(GOOD, "job.sh")).policy == "report"
    assert look(office, office.write(GOOD, "other.sh")).policy == "refuse"


@pytest.mark.parametrize("span", ["9999999w", "999999999w"])
def test_so_long_nobody_keeps_a_key(office, span):
    with pytest.raises(click.UsageError, match="so long"):
        office.publish("--for", span)


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


def test_nobody_publishes_what_revokes_his_own_key(office):
    office.list("ann", revoked=("root",))

    with pytest.raises(BundleError, match=r"revokes the key of root@example\.com"):
        office.publish()


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


def test_a_list_that_is_no_text_is_not_signed(office):
    (office.lists / "allowed_signers").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="not UTF-8"):
        office.publish()


def test_where_no_file_can_be_made_it_is_told(office):
    with pytest.raises(ConfigError, match="no such file or directory"):
        office.publish(name="no/such/folder")


@pytest.mark.parametrize("name", ["allowed_signers", "revoked"])
def test_a_list_that_is_missing_is_not_taken_for_an_empty_one(office, name):
    (office.lists / name).unlink()

    with pytest.raises(ConfigError, match=name):
        office.publish()


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


def test_the_doctor_knows_whom_this_host_believes(office):
    def look():
        return gather.look(office.trust, (0, os.geteuid()))

    assert gather.look(office.root / "nowhere") is None
    assert look().awaits
    office.update(office.publish())
    assert (look().version, look().complaint) == (1, "")
    (office.trust / "current" / "revoked").unlink()
    assert "revoked" in look().complaint


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
