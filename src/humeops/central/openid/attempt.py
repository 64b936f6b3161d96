# SPDX-License-Identifier: MIT
"""One attempt to sign in at the provider: all that has to come back with it is made of one secret, which only the browser has. Pure.

Central keeps the secret's hash, so that an attempt counts once; who reads the database learns neither state nor verifier.
"""

import base64
import hashlib
import hmac
from typing import NamedTuple


class Attempt(NamedTuple):
    """What is sent with it: `state` comes back with the browser, `nonce` in what the provider signs; `verifier` goes to the provider alone."""

    state: str
    nonce: str
    verifier: str


def of(secret: str) -> Attempt:
    """Return what belongs to this secret."""
    return Attempt(*(_made(secret, purpose) for purpose in Attempt._fields))


def _made(secret: str, purpose: str) -> str:
    digest = hmac.new(secret.encode(), f"openid {purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
