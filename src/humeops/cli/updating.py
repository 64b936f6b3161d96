# SPDX-License-Identifier: MIT
"""A host takes over whom it is to believe: fetched with the credential of its agent, verified by root, put in force as a whole.

humed has no part in it: it is not root, and what root believes must not depend on it. What came of it is said as an event of the task
`hume-signers`, so that whoever is told of troubles hears of a bundle that is not to be believed, or of one that ends soon.
"""

import datetime
import os
import pathlib
import sys

import msgspec
import urllib3

from humeops.api import trustviews
from humeops.cli import client, places, reporting, signing
from humeops.daemon import pools
from humeops.daemon.config import Config, is_redis
from humeops.errors import ConfigError, Exit, HumeError, NotAllowedError, UnavailableError, explain
from humeops.security import credentials
from humeops.security.signing import bundle, installing, sealing
from humeops.security.signing.bundle import BundleError
from humeops.visible import visible
from humeops.wire import clear, failure

TASK = "hume-signers"
SOON = datetime.timedelta(days=14)
_MOST_ANSWER = 2 * bundle.MAX_BUNDLE_BYTES


def update(file: str | None, place: str | None, folder: str | None) -> int:
    """Put in force what central hands out, or what lies in this file; say what came of it, here and to humed."""
    root, owners = signing.place_of(place)
    if place is None and os.geteuid() != 0:
        raise NotAllowedError("whom this host believes is root's alone to change: hume signers update, as root")
    try:
        data = _read(pathlib.Path(file)) if file else _fetch(folder)
        outcome = _install(data, root, owners)
    except (HumeError, OSError) as error:
        fault = error if isinstance(error, HumeError) else UnavailableError(f"nothing changed: {explain(error)}")
        _say("error", f"not updated: {fault}", {"trust": getattr(error, "kind", "failed")})
        raise fault from None
    _tell(outcome)
    if outcome is not None and outcome.is_new and (by_hand := root / "allowed_signers").exists():
        print(f"{by_hand}, which was brought by hand, counts no more")
    return Exit.OK


def _install(data: bytes | None, root: pathlib.Path, owners: tuple[int, ...]) -> installing.Outcome | None:
    if data is not None:
        return installing.install(data, root, owners, signing.now())
    known = installing.in_force(root, owners)
    if known is not None:
        raise BundleError("rolled-back", f"central hands out none; version {known.bundle.version} is in force here")
    return None


def _tell(outcome: installing.Outcome | None) -> None:
    if outcome is None:
        print("central hands out none yet, and nothing changed")
        return
    found, is_new = outcome
    text = f"version {found.version}, signed by {found.signer}, is in force until {found.not_after}"
    print(f"{text}{'' if is_new else '; it was before'}")
    facts = {"trust": "ok", "trust_version": str(found.version)}
    if is_new:
        # So that `hume data --key trust_version` tells of every host how far it is.
        _hume("set", "-t", TASK, f"trust_version={found.version}")
    left = found.until - signing.now()
    if left < SOON:
        _say("warn", f"{_days(left)} left: {text}; publish a new one", facts)
    else:
        _say("ok", text, facts)


def _days(left: datetime.timedelta) -> str:
    return "1 day" if left.days == 1 else f"{left.days} days"


def _read(path: pathlib.Path) -> bytes:
    try:
        return sealing.read_once(path, bundle.MAX_BUNDLE_BYTES)[0]
    except OSError as error:
        raise ConfigError(explain(error)) from None


def _fetch(folder: str | None) -> bytes | None:
    """Return what central hands out, None when it hands out nothing; each central in turn, as humed has them."""
    chosen = _settings(folder)
    urls = chosen.central.urls or [client.read_line(chosen.central_url_file)]
    if not urls[0]:
        raise ConfigError("this host reports to no central: hume enroll URL < token, or bring a bundle: --from FILE")
    token = credentials.read_token(chosen.credential_file, "agent")
    if token is None:
        raise NotAllowedError(f"{chosen.credential_file} holds no credential of this host, or is not yours to read")
    failed: HumeError = UnavailableError("no central was asked")
    for url in urls:
        try:
            return _ask(chosen, url.rstrip("/"), token)
        except UnavailableError as error:
            failed = error
    raise failed


def _ask(chosen: Config, url: str, token: str) -> bytes | None:
    if is_redis(url):
        raise ConfigError("this host reports straight into Redis, which hands out nothing: bring a bundle, --from FILE")
    if clear.is_in_the_clear(url):
        raise ConfigError(f"{url}: {clear.MEND}")
    try:
        answer = pools.open_pool(chosen.central).request(
            "GET",
            f"{url}/api/v1/trust",
            headers={"Authorization": f"Bearer {token}"},
            redirect=False,
            preload_content=False,
        )
        content = answer.read(_MOST_ANSWER)
        answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise UnavailableError(f"central at {url} does not answer: {failure.in_words(error)}") from error
    if answer.status == 404:
        return None
    if answer.status in (401, 403):
        raise NotAllowedError(f"central at {url} does not accept the credential in {chosen.credential_file}")
    if answer.status != 200:
        raise UnavailableError(f"central at {url} cannot tell now (HTTP {answer.status})")
    try:
        return msgspec.json.decode(content, type=trustviews.TrustView).bundle.encode()
    except (msgspec.MsgspecError, UnicodeError):
        raise UnavailableError(f"what answers at {url} is not hume-central") from None


def _settings(folder: str | None) -> Config:
    found = places.find(os.environ, folder)
    chosen, complaint = places.settings_of(found)
    if chosen is None or complaint:
        raise ConfigError(complaint or found.complaint or "there is no folder for hume here; say --dir FOLDER")
    return chosen


def _say(word: str, text: str, facts: dict[str, str]) -> None:
    _hume(word, "-t", TASK, *reporting.as_options(facts), "--", visible(text))


def _hume(*words: str) -> None:
    # It waits for nobody and fails nobody; where it is not installed the exit status still tells.
    if reporting.hume(*words) is None:
        print(f"hume: it could not be said to humed by {reporting.native()}", file=sys.stderr)
