# SPDX-License-Identifier: MIT
"""The signature of a webhook, by the Standard Webhooks scheme: whoever receives can tell who sent it and when. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from humeops.central.notify.failure import RefusedError

_PREFIX = "whsec_"


def key_of(text: str, setting: str) -> bytes:
    """Return the key in this secret; raise RefusedError, without the secret, when it has not the form it must have."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise RefusedError(
            f"`{setting}`: a secret is {_PREFIX} and the base64 of 24 to 64 random bytes; "
            f'make one with: echo "{_PREFIX}$(openssl rand -base64 32)"'
        )
    return key


def headers(key: str, seconds: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """Return the headers that go with this body; without secrets all but the signature."""
    signed = f"{key}.{seconds}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(one, signed, hashlib.sha256)).decode() for one in secrets]
    made = {"webhook-id": key, "webhook-timestamp": str(seconds)}
    return made | ({"webhook-signature": " ".join(f"v1,{one}" for one in signatures)} if signatures else {})
