# SPDX-License-Identifier: MIT
"""The provider as central speaks to it: what it says of itself, the exchange of a code, and the check of what it signed.

What it says of itself and its keys are kept for an hour; keys that are not known are asked for once more, at most once a minute. Nothing is
asked before somebody signs in, and a provider that is away keeps nobody else from signing in otherwise: it is left alone for some seconds, and no
more than a few threads wait for it at any time.
"""

import contextlib
import hmac
import json
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any, cast

import urllib3
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from humeops.central.notify import secret
from humeops.central.openid import identity
from humeops.central.openid.attempt import Attempt
from humeops.central.openid.identity import Identity, OpenIdError
from humeops.central.openid.settings import OpenId
from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import HumeError, UnavailableError
from humeops.wire import clear, failure

# Signatures by a key that the provider alone has: neither none, nor by what both know.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 5.0
KEPT_NS = 3_600 * NS_PER_SECOND
KEYS_EVERY_NS = 60 * NS_PER_SECOND
AWAY_NS = 5 * NS_PER_SECOND
_AT_ONCE = 4
_TURN_SECONDS = 1.0
_MOST_BYTES = 262_144
_FORM = "application/x-www-form-urlencoded"


class Provider:
    """One provider; used by several threads."""

    def __init__(self, chosen: OpenId, clock: Clock) -> None:
        self.chosen = chosen
        self._settings = chosen.settings
        self._clock = clock
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(total=TIMEOUT_SECONDS), retries=False, ca_certs=chosen.settings.ca_file or None
        )
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._known: dict[str, tuple[int, Any]] = {}  # what was asked for, when (boot clock), and what it was
        self._away: dict[str, tuple[int, UnavailableError]] = {}  # and what could not be had

    def way(self, attempt: Attempt) -> str:
        """Return the address at the provider where somebody signs in."""
        return str(
            prepare_grant_uri(
                self._endpoint("authorization_endpoint"),
                self._settings.client_id,
                "code",
                redirect_uri=self.chosen.callback,
                scope=list(dict.fromkeys(["openid", *self._settings.scopes])),
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    def who(self, code: str, attempt: Attempt) -> Identity:
        """Exchange the code and return who it speaks of; OpenIdError when any of it does not hold, UnavailableError when it cannot be asked."""
        token = self._exchange(code, attempt)
        signed = token.get("id_token")
        if not isinstance(signed, str):
            raise OpenIdError("the provider signed nothing")
        claims = self._verify(signed, token, attempt)
        wanted = (self._settings.user_claim, self._settings.groups_claim)
        if not all(name in claims for name in wanted):
            claims = {**self._told(token, str(claims["sub"])), **claims}
        return identity.read(self._settings.issuer, claims, *wanted)

    def farewell(self) -> str:
        """Return the address at the provider where somebody signs out of it; empty when it has none, or is away."""
        with contextlib.suppress(HumeError):
            if end := self._metadata().get("end_session_endpoint"):
                home = self.chosen.callback.partition("/signin/")[0]
                query = urllib.parse.urlencode(
                    {"client_id": self._settings.client_id, "post_logout_redirect_uri": f"{home}/"}
                )
                return "" if clear.is_in_the_clear(str(end)) else f"{end}{'&' if '?' in str(end) else '?'}{query}"
        return ""

    def is_issuer(self, named: str) -> bool:
        """Tell whether this is the provider, as it names itself."""
        return hmac.compare_digest(named.encode(), self._settings.issuer.encode())

    def _verify(self, signed: str, token: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            try:
                decoded = jwt.decode(signed, self._keys(), registry=registry)
            except InvalidKeyIdError:
                decoded = jwt.decode(signed, self._keys(anew=True), registry=registry)
            options: Any = {
                "iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "nonce": {"essential": True, "value": attempt.nonce},
            }
            known = {"nonce": attempt.nonce, "client_id": self._settings.client_id}
            claims = CodeIDToken(
                decoded.claims, decoded.header, options, {**known, "access_token": token.get("access_token")}
            )
            claims.validate(now=self._clock.wall_ns() // NS_PER_SECOND, leeway=LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise OpenIdError(f"what the provider signed does not hold ({_reason(error)})") from error
        return dict(claims)

    def _exchange(self, code: str, attempt: Attempt) -> dict[str, Any]:
        url = self._endpoint("token_endpoint")
        body = prepare_token_request(
            "authorization_code", redirect_uri=self.chosen.callback, code=code, code_verifier=attempt.verifier
        )
        password = secret.read(self._settings.client_secret, "openid.client_secret")
        headers = {"Accept": "application/json", "Content-Type": _FORM}
        client = ClientAuth(self._settings.client_id, password, self._method(bool(password)))
        url, headers, body = client.prepare("POST", url, headers, body)
        status, found = self._ask("POST", url, headers, body.encode())
        if status != 200:
            raise OpenIdError(f"the provider does not take this sign-in ({_word(found.get('error'))})")
        return found

    def _method(self, has_password: bool) -> str:
        if not has_password:
            return "none"
        offered = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"

    def _told(self, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Return what the provider tells beside what it signed; nothing when it does not, or speaks of somebody else."""
        access = token.get("access_token")
        if not isinstance(access, str) or not self._metadata().get("userinfo_endpoint"):
            return {}
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access}"}
        status, found = self._ask("GET", self._endpoint("userinfo_endpoint"), headers)
        return found if status == 200 and found.get("sub") == subject else {}

    def _keys(self, anew: bool = False) -> KeySet:
        found = self._kept(self._endpoint("jwks_uri"), KEYS_EVERY_NS if anew else KEPT_NS)
        return KeySet.import_key_set(cast(KeySetSerialization, found))

    def _metadata(self) -> dict[str, Any]:
        found = self._kept(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration", KEPT_NS)
        if not self.is_issuer(str(found.get("issuer", ""))):
            raise UnavailableError("what the provider says of itself is of another issuer: see `openid.issuer`")
        return found

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str) or not found.startswith(("https://", "http://")) or clear.is_in_the_clear(found):
            raise UnavailableError(f"the provider names no {name} that is https")
        return found

    def _kept(self, url: str, for_ns: int) -> dict[str, Any]:
        now_ns = self._clock.boot_ns()
        if (known := self._known.get(url)) and now_ns - known[0] < for_ns:
            return dict(known[1])
        if (failed := self._away.get(url)) and now_ns - failed[0] < AWAY_NS:
            raise UnavailableError(str(failed[1]))
        try:
            status, found = self._ask("GET", url, {"Accept": "application/json"})
            if status != 200:
                raise UnavailableError(f"the provider does not answer as one (HTTP {status})")
        except UnavailableError as error:
            self._away[url] = (self._clock.boot_ns(), error)
            raise
        self._known[url] = (now_ns, found)
        return found

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, dict[str, Any]]:
        with self._turn():
            try:
                answer = self._pool.request(
                    method, url, body=body, headers=dict(headers), redirect=False, preload_content=False
                )
                content = answer.read(_MOST_BYTES + 1)
                answer.close()
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise UnavailableError(f"the provider does not answer: {failure.in_words(error)}") from error
        try:
            found = json.loads(content) if len(content) <= _MOST_BYTES else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise UnavailableError(f"the provider does not answer as one (HTTP {answer.status})")
        return answer.status, found

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        # A provider that hangs must not take the threads that everybody is answered by.
        if not self._turns.acquire(timeout=_TURN_SECONDS):
            raise UnavailableError("the provider is slow; try again")
        try:
            yield
        finally:
            self._turns.release()


def _reason(error: Exception) -> str:
    return _word(getattr(error, "error", "") or type(error).__name__)


def _word(text: object) -> str:
    """Return one of the provider's words as it may be shown: short, and nothing but letters."""
    return (
        "".join(sign for sign in str(text) if sign.isascii() and (sign.isalnum() or sign in "_- "))[:60] or "no reason"
    )
