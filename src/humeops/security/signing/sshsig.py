# SPDX-License-Identifier: MIT
"""Signatures by OpenSSH's own program, `ssh-keygen -Y`: so that people's keys, agents and FIDO tokens work as they are.

It is called by its whole path and in an environment of its own; what it is given to check are files that this process just made.
"""

import os
import pathlib
import subprocess
import tempfile
from collections.abc import Mapping

from humeops.errors import GivenError, UnavailableError
from humeops.security.signing.allowed import is_named
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.manifest import SignatureError

PLACES = ("/usr/bin/ssh-keygen", "/bin/ssh-keygen", "/usr/local/bin/ssh-keygen")
PATIENCE_SECONDS = 10.0


def program() -> str:
    """Return where ssh-keygen is; raise UnavailableError when there is none."""
    found = next((place for place in PLACES if os.access(place, os.X_OK)), None)
    if found is None:
        raise UnavailableError("signatures are OpenSSH's: ssh-keygen (openssh-client, 8.2 or newer) is not installed")
    return found


def sign(signed: bytes, key: pathlib.Path, namespace: str, environ: Mapping[str, str] = os.environ) -> bytes:
    """Return the signature of these bytes by a person's key; the person may be asked for a passphrase or a touch."""
    with tempfile.TemporaryDirectory(prefix="hume-sign-") as folder:
        path = pathlib.Path(folder, "manifest")
        path.write_bytes(signed)
        words = [program(), "-Y", "sign", "-q", "-f", str(key), "-n", namespace, str(path)]
        done = subprocess.run(words, env=dict(environ), stdout=subprocess.DEVNULL, check=False)
        signature = path.with_name("manifest.sig")
        if done.returncode or not signature.exists():
            raise GivenError(f"ssh-keygen did not sign with {key}: it says why above")
        return signature.read_bytes()


def verify(envelope: Envelope, signer: str, namespace: str, allowed: pathlib.Path, revoked: pathlib.Path | None) -> str:
    """Return the fingerprint of the key that signed this as that principal; raise SignatureError when none that is allowed did."""
    # Nobody else can name it, let alone put another in its place: it has no name.
    descriptor = os.memfd_create("signature", 0)
    try:
        os.write(descriptor, envelope.signature)
        place = f"/proc/self/fd/{descriptor}"
        words = [program(), "-Y", "verify", "-f", str(allowed), "-I", signer, "-n", namespace, "-s", place]
        but_for = ["-r", str(revoked)] if revoked else []
        good, said = _ask([*words, *but_for], envelope.signed, descriptor)
        if good:
            return said.rpartition(" ")[2]
        # It does not say why. What verifies but for the list of revoked keys, verifies without it.
        if but_for and _ask(words, envelope.signed, descriptor)[0]:
            raise SignatureError("revoked", f"the key with which {signer} signed it is revoked")
    finally:
        os.close(descriptor)
    raise SignatureError("signature", _why(signer, namespace, allowed, said))


def _why(signer: str, namespace: str, allowed: pathlib.Path, said: str) -> str:
    """Return why a signature does not verify, as far as it can be told: ssh-keygen says the same of nearly everything."""
    if not is_named(allowed.read_text("utf-8", "replace"), signer):
        return f"it is signed by {signer}, whom {allowed} does not name"
    return f"its signature does not verify with a key of {signer} in {allowed}, for {namespace}: {said[:200]}"


def _ask(words: list[str], signed: bytes, descriptor: int) -> tuple[bool, str]:
    """Return whether ssh-keygen finds it good, and its first line."""
    environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            words,
            input=signed,
            env=environ,
            pass_fds=[descriptor],
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, "ssh-keygen did not answer"
    said, complained = (_first_line(text) for text in (done.stdout, done.stderr))
    good = done.returncode == 0 and said.startswith("Good ")
    return good, said if good else complained or said or "no allowed signer signed this"


def _first_line(data: bytes) -> str:
    return data.decode(errors="replace").strip().partition("\n")[0].strip()
