# SPDX-License-Identifier: MIT
"""All that stands between what is said and the spool, as humed's loop sees it: guards, rates, rules, and what is told of them.

SIGHUP makes the guards, rules and outputs of humed.toml count as they are then; a file that is wrong leaves the earlier ones in force and
is told to the log, to `hume queue`, and centrally as an event of task `humed`. The other settings hold from the next start.
"""

import logging
import os

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import config as config_module
from humeops.daemon import processing
from humeops.daemon import ruling as ruling_module
from humeops.daemon.config import Config
from humeops.daemon.door import Request
from humeops.daemon.guard import holdings
from humeops.daemon.guard.guarding import Guard
from humeops.daemon.guard.throttle import Place, Throttle
from humeops.daemon.keeper import Keeper
from humeops.daemon.notices import Notices
from humeops.daemon.processing import Processors
from humeops.daemon.ruling import Ruling
from humeops.daemon.spool import Spool, SpoolFullError
from humeops.daemon.users import Users
from humeops.errors import ConfigError

# While something waits to be told, it is looked at this often.
TELL_SECONDS = 1.0

log = logging.getLogger(__name__)


class Screening:
    """Made at humed's start; raises ConfigError for rules or processors that cannot work."""

    def __init__(self, config: Config, spool: Spool, keeper: Keeper, clock: Clock) -> None:
        self._config = config
        self._spool = spool
        self._keeper = keeper
        self._clock = clock
        self.notices = Notices(config.host, clock)
        ruling_module.check_patterns(config)
        self.guard = Guard(spool.db, config.guard, config.limits.max_bytes, os.geteuid())
        self.guard.holdings.recall(holdings.held_by_users(spool.newest_with_seq(holdings.COUNTED_AT_START)))
        self.throttle = Throttle(config.guard.events_per_second, config.guard.burst_events)
        processors = Processors(processing.find(config.processors, config.file), clock, self.notices.note)
        self.ruling = Ruling(ruling_module.compile_rules(config), processors, Users(), clock)

    def reload(self) -> Config | None:
        """Go by what the file says now, all of it or nothing; return it, None when nothing."""
        try:
            found = config_module.read_again(self._config)
            rules = ruling_module.compile_rules(found)
            ruling_module.check_patterns(found)
            self.guard.adopt(found.guard)
        except ConfigError as error:
            self.ruling.trouble = str(error)
            log.warning("keeps the rules it has: %s", error)
            self.notices.note("rules", f"humed keeps the rules it has: {error}")
            return None
        self.ruling.adopt(rules)
        self.throttle.adopt(found.guard.events_per_second, found.guard.burst_events)
        log.info("goes by %d rules now", len(rules))
        return found

    def place(self, request: Request) -> Place:
        """Say whether a request is taken now, waits for its user's rate, or is sent away."""
        if not self.guard.is_limited(request.sayer.uid):
            return Place.NOW
        place = self.throttle.place(request, self._clock.boot_ns())
        self.guard.counts.over_rate += place is Place.HELD
        return place

    def patience_seconds(self) -> float | None:
        """Return how long the loop may wait for something else; None: for ever."""
        wait_ns = self.throttle.patience_ns(self._clock.boot_ns())
        tells = self.notices.due() or self.ruling.is_repeating
        waits = [TELL_SECONDS] if tells else []
        return min([*waits, *([] if wait_ns is None else [wait_ns / NS_PER_SECOND])], default=None)

    def tell(self, *, at_the_end: bool = False) -> bool:
        """Say what humed itself has to say; return whether it did. Bounded, and the spool's limits count for it as for anybody."""
        due = self.notices.due()
        has_repeated = self.ruling.has_repeated(at_the_end=at_the_end)
        if self._keeper.room != "everything" or not (due or has_repeated):
            return False
        try:
            with self._spool.group() as group:
                self.notices.put(due, group)
                self.ruling.put_repeated(group)
        except SpoolFullError as error:
            self._keeper.on_full_disk(error)
            return False
        self.notices.forget(due)
        self.ruling.forget_repeated()
        return True
