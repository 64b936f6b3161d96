# SPDX-License-Identifier: MIT
"""Batches straight into central's Redis (docs/protocol.md, section 6), as the user of this host's agent.

Promise: only what a worker wrote into this agent's mark, which it does after its commit, is called committed. The user may add to
one stream and read one hash; whatever else answers is told as an error, and the rows stay.
"""

import re
import time
import urllib.parse
from typing import Any

import msgspec

from humeops.daemon.config import Config
from humeops.daemon.httpintake import CREDENTIAL, read_line
from humeops.errors import ConfigError, HumeError, NotAllowedError, UnavailableError, in_one_line
from humeops.event import MAX_INT64
from humeops.wire import batch

USER = re.compile(r"hume-agent-(\d{1,18})")
# What central has not taken is sent again anyway: more than a few entries only fill its memory.
MOST_ENTRIES = 16
# A worker commits within some ten ms unless there is much to do; after these the forwarder asks by itself.
_LOOK_AGAIN_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16)


class RedisIntake:
    """One connection to Redis; used by the forwarding thread alone."""

    def __init__(self, config: Config) -> None:
        try:
            import redis
            import redis.exceptions
        except ImportError as error:
            raise ConfigError(
                "`central.url`: for Redis the Python package `redis` is needed: pip install 'humeops[large]'"
            ) from error
        self._redis = redis
        self._config = config
        self._client: Any = None
        found = USER.fullmatch(urllib.parse.urlsplit(config.central.first_url).username or "")
        self._agent = found[1] if found else ""

    def forget(self) -> None:
        """Connect anew, with the credential as it is then, before the next batch."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def send(self, body: bytes) -> batch.Receipt:
        """Add the batch and look a little for its commit, or raise a HumeError that says what is in the way."""
        said = batch.unpack_batch(body)
        upto = said.events[-1][0] if said.events else said.oldest
        try:
            self._client = self._client or self._connect()
            if said.events or said.alive:
                self._client.xadd(f"hume:agent:{self._agent}", {"b": body}, maxlen=MOST_ENTRIES, approximate=False)
            mark = self._mark(said.epoch)
            for seconds in _LOOK_AGAIN_SECONDS if said.events else ():
                if mark >= upto:
                    break
                time.sleep(seconds)
                mark = self._mark(said.epoch)
        except (self._redis.exceptions.AuthenticationError, self._redis.exceptions.NoPermissionError) as error:
            self.forget()
            raise NotAllowedError("central's Redis does not know this host's user, or it may not report") from error
        except self._redis.exceptions.RedisError as error:
            self.forget()
            raise UnavailableError(f"central's Redis does not answer: {_in_words(error)}") from error
        except HumeError:
            self.forget()
            raise
        return batch.Receipt(mark, queued=mark < upto or msgspec.UNSET)

    def _mark(self, epoch: str) -> int:
        text = self._client.hget(f"hume:mark:{self._agent}", epoch) or b"0"
        if not text.isdigit() or len(text) > 19 or int(text) > MAX_INT64:
            raise UnavailableError("central's Redis answered nonsense: a mark that is no number")
        return int(text)

    def _connect(self) -> Any:
        password = read_line(self._config.credential_file, "this host's credential", CREDENTIAL)
        central = self._config.central
        seconds = central.timeout_seconds
        # The server has to be vouched for, by the system's authorities or by this file's, and to be its name's.
        trusted = (
            {"ssl_ca_certs": central.ca_file} if central.ca_file and central.first_url.startswith("rediss") else {}
        )
        return self._redis.Redis.from_url(
            central.first_url,
            **trusted,
            password=password,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            protocol=2,
            retry=None,
        )


def _in_words(error: Exception) -> str:
    return in_one_line(error, 200) or type(error).__name__
