# SPDX-License-Identifier: MIT
"""What ran here once in a later version does not come back in an older one, as well signed as that may be."""

import contextlib
import threading

import msgspec
import pytest

from humeops.security.signing.manifest import SignatureError
from humeops.security.signing.versions import Versions
from tests.fixtures import signers
from tests.fixtures.signers import kind, look, put_signature, sig_of, signed


@pytest.fixture
def host(tmp_path):
    signers.require()
    return signers.Signers(tmp_path)


def test_an_older_version_does_not_come_back(host):
    script = signed(host)
    old = script.read_bytes(), sig_of(script).read_bytes()
    assert look(host, script, remember=True).fault is None
    script.write_text("#!/bin/sh\necho better\n")
    put_signature(host, script)
    assert look(host, script, remember=True).verified.manifest.version == 2

    script.write_bytes(old[0])
    sig_of(script).write_bytes(old[1])

    assert kind(host, script) == "rolled-back"


def test_two_scripts_of_one_name_do_not_get_in_each_others_way(host):
    script = signed(host, "--number", "7")
    (host.root / "other").mkdir()
    other = signed(host, name="other/job.sh")
    (host.root / "link").symlink_to("other")

    assert look(host, script, remember=True).fault is None
    assert look(host, other, remember=True).fault is None
    put_signature(host, other)
    assert look(host, host.root / "link/job.sh", remember=True).fault is None
    put_signature(host, other, "--number", "1")

    assert kind(host, other) == "rolled-back"


def test_what_was_remembered_by_the_name_alone_still_counts(host):
    script = signed(host, "--number", "2")
    (host.trust / "versions").mkdir()
    (host.trust / "versions/job.sh.version").write_text(f"3 {'0' * 64}\n")

    assert kind(host, script) == "rolled-back"
    assert look(host, signed(host, "--number", "4"), remember=True).fault is None
    assert kind(host, signed(host, "--number", "3")) == "rolled-back"


def test_of_two_versions_at_once_the_later_one_is_remembered(host):
    script = signed(host)
    found = look(host, script).verified.manifest
    seen = Versions(host.root / "seen")
    several = [msgspec.structs.replace(found, version=version) for version in range(1, 9)]

    def note(one):
        with contextlib.suppress(SignatureError):  # a later one was before it
            seen.note(one, script)

    threads = [threading.Thread(target=note, args=[one]) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not seen.check(several[-1], script)
    with pytest.raises(SignatureError, match="version 8 has been here"):
        seen.check(several[-2], script)


def test_another_content_under_a_version_that_was_here_does_not_run(host):
    script = signed(host)
    assert look(host, script, remember=True).fault is None
    script.write_text("#!/bin/sh\necho other\n")
    put_signature(host, script, "--number", "1")

    assert kind(host, script) == "rolled-back"
