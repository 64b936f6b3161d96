# SPDX-License-Identifier: MIT
"""Signed scripts beside stock OpenSSH, both ways; and what is sealed."""

import os
import pathlib
import stat
import subprocess
import threading

import pytest

from humeops.security.signing import manifest, policy, sealing, sshsig, verification
from tests.fixtures import signers
from tests.fixtures.signers import GOOD, kind, sig_of, signed


@pytest.fixture
def host(tmp_path):
    signers.require()
    return signers.Signers(tmp_path)


def test_what_is_sealed_cannot_be_changed():
    descriptor = sealing.seal(b"echo good\n", "job")
    try:
        with pytest.raises(OSError, match=r".*"):
            os.write(descriptor, b"evil")
        with pytest.raises(PermissionError):
            os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR | os.O_TRUNC)
        assert os.pread(descriptor, 100, 0) == b"echo good\n"
        assert stat.S_ISREG(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)


def test_stock_ssh_keygen_verifies_what_hume_signed(host):
    script = signed(host)
    line, _, signature = sig_of(script).read_bytes().partition(b"\n")
    (host.root / "s").write_bytes(signature)
    words = ["ssh-keygen", "-Y", "verify", "-f", host.trust / "allowed_signers", "-I", "ann@example.com"]

    done = subprocess.run(
        [*words, "-n", policy.NAMESPACE, "-s", host.root / "s"], input=line + b"\n", capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_hume_verifies_what_stock_ssh_keygen_signed(host):
    script = host.write(GOOD)
    read = verification.read(script)
    line = manifest.pack(
        manifest.Manifest(1, "job.sh", read.sha256, 1, "ann@example.com", "2026-11-28T00:00:00+00:00", ["/bin/sh"])
    )
    words = ["ssh-keygen", "-Y", "sign", "-q", "-f", host.key("ann"), "-n", policy.NAMESPACE]
    signature = subprocess.run(words, input=line, capture_output=True, check=True).stdout
    sig_of(script).write_bytes(line + signature)

    assert kind(host, script) == "ok"


def test_a_key_that_an_agent_holds_signs(host, tmp_path):
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        environ = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        for _ in range(200):
            if pathlib.Path(socket).exists():
                break
            threading.Event().wait(0.01)
        subprocess.run(["ssh-add", "-q", host.key("ann")], env=environ, check=True, stderr=subprocess.DEVNULL)
        public = host.root / "public.pub"
        public.write_text(f"{host.public('ann')} ann@example.com\n")

        assert b"BEGIN SSH SIGNATURE" in sshsig.sign(b"x\n", public, policy.NAMESPACE, environ)
    finally:
        agent.kill()
        agent.wait()
