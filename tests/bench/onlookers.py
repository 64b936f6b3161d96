# SPDX-License-Identifier: MIT
"""Those who look on, in a process of their own: how long after it was said each event reached each of them.

`python -m tests.bench.onlookers HOST PORT VIEWERS SECONDS QUERY` with the token on standard input; prints `ready`, and at the end one
line of JSON. One clock, since all is on one machine.
"""

import asyncio
import json
import re
import sys
import time

_TIME = re.compile(rb'"time":(\d{19})')
_HEAD = b"GET /api/v1/live?%b HTTP/1.1\r\nHost: central\r\nAuthorization: Bearer %b\r\n\r\n"
_STEP_MS = 5


class Seen:
    """Delays of all viewers, counted in steps: there may be millions."""

    def __init__(self) -> None:
        self.steps: dict[int, int] = {}
        self.resyncs = 0
        self.bytes = 0
        self.counts = False

    def note(self, chunk: bytes) -> None:
        """Take what a viewer got."""
        if not self.counts:
            return
        now = time.time_ns()
        self.bytes += len(chunk)
        self.resyncs += chunk.count(b"event: resync")
        for text in _TIME.findall(chunk):
            step = (now - int(text)) // (_STEP_MS * 1_000_000)
            self.steps[step] = self.steps.get(step, 0) + 1

    def told(self) -> dict[str, float]:
        """Return the figures."""
        return {
            "events": sum(self.steps.values()),
            **{f"p{share}": self._percentile(share / 100) for share in (50, 95, 99)},
            "slowest": (max(self.steps, default=0) + 1) * _STEP_MS,
            "under300": self._share(300),
            "resyncs": self.resyncs,
            "bytes": self.bytes,
        }

    def _percentile(self, share: float) -> float:
        left = share * sum(self.steps.values())
        for step in sorted(self.steps):
            left -= self.steps[step]
            if left <= 0:
                return (step + 1) * _STEP_MS
        return 0

    def _share(self, milliseconds: int) -> float:
        total = sum(self.steps.values()) or 1
        return sum(number for step, number in self.steps.items() if (step + 1) * _STEP_MS <= milliseconds) / total


async def look_on(place: tuple[str, int], query: bytes, token: bytes, seen: Seen, ready: asyncio.Event) -> None:
    """Read the stream of one viewer, for ever."""
    reader, writer = await asyncio.open_connection(*place, limit=2**22)
    writer.write(_HEAD % (query, token))
    rest = b""
    while chunk := await reader.read(2**20):
        ready.set()
        # A time that is cut in two is seen with the next chunk.
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        seen.note(whole + newline)


async def main(place: tuple[str, int], viewers: int, seconds: float, query: bytes, token: bytes) -> None:
    """Look on with so many; the first second is not counted."""
    seen = Seen()
    readies = [asyncio.Event() for _ in range(viewers)]
    looking = [asyncio.create_task(look_on(place, query, token, seen, ready)) for ready in readies]
    await asyncio.gather(*(ready.wait() for ready in readies))
    print("ready", flush=True)
    await asyncio.sleep(2)
    seen.counts = True
    await asyncio.sleep(seconds)
    print(json.dumps(seen.told()), flush=True)
    for one in looking:
        one.cancel()


if __name__ == "__main__":
    named_host, named_port, count, lasting, asked = sys.argv[1:6]
    given = sys.stdin.readline().strip().encode()
    asyncio.run(main((named_host, int(named_port)), int(count), float(lasting), asked.encode(), given))
