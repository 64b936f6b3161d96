# SPDX-License-Identifier: MIT
"""Moments in the zone of the reader, each with the name of its zone: a mail is read in another place than it was made. Pure."""

import dataclasses
import datetime
import zoneinfo

from humeops import moments
from humeops.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class Clock:
    """The clock on the wall of one zone; with no name, that of this machine."""

    zone: zoneinfo.ZoneInfo | None = None

    def in_full(self, ns: int) -> str:
        """Return `2026-11-28 03:15:02 CET`."""
        moment = self._local(ns)
        return f"{moment:%Y-%m-%d %H:%M:%S} {_name(moment)}"

    def time(self, ns: int, beside_ns: int) -> str:
        """Return `03:15:02`, with the date before it when that is another day than `beside_ns`."""
        moment = self._local(ns)
        same = moment.date() == self._local(beside_ns).date()
        return f"{moment:%H:%M:%S}" if same else f"{moment:%Y-%m-%d %H:%M:%S}"

    def named(self, ns: int) -> str:
        """Return the zone as a reader knows it: `Europe/Madrid (CET)`."""
        name = _name(self._local(ns))
        return f"{self.zone.key} ({name})" if self.zone is not None and self.zone.key != name else name

    def _local(self, ns: int) -> datetime.datetime:
        moment = moments.local_time(max(ns, 0))
        return moment.astimezone(self.zone) if self.zone is not None else moment


def of(zone: str, setting: str = "zone") -> Clock:
    """Return the clock of this zone; raise ConfigError when there is none of that name."""
    if not zone:
        return Clock()
    try:
        return Clock(zoneinfo.ZoneInfo(zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"`{setting}`: {zone!a} is no time zone; write one such as Europe/Madrid or UTC") from None


def _name(moment: datetime.datetime) -> str:
    name = moment.tzname() or ""
    # Zones without letters of their own are named by their distance, `+03`.
    return f"UTC{name}" if name[:1] in ("+", "-") else name
