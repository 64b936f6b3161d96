# SPDX-License-Identifier: MIT
"""Python's garbage collector, told how central works: much is made for one transaction, lives through it, and is let go at once.

By default the collector looks through all that is alive again and again while a batch is read; that was 40 % of what an event
cost a worker, and the 50 ms tail of the api's answers. What hume makes of batches has no cycles, so little is missed meanwhile.
"""

import gc

YOUNG = 50_000
# Of a worker: more than is alive in one of its transactions.
YOUNG_OF_WORKER = 500_000


def calm(young: int = YOUNG) -> None:
    """Take what is loaded out of the collector's sight, and have it look each time so many more objects live.

    To be called once all of hume is imported.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, 20, 50)
