# SPDX-License-Identifier: MIT
"""The fence of each partition: a number that rises whenever a worker takes the partition over (see stream.leases)."""

from collections.abc import Collection

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.central.store.database import ContendedError

_fence = tables.partition_fence


def raise_fence(connection: sa.Connection, partition: int) -> int:
    """Return the number of a new holder, higher than all before; from the commit on, theirs hold no longer."""
    raised = sa.update(_fence).where(_fence.c.partition == partition).values(fence=_fence.c.fence + 1)
    found = connection.execute(raised.returning(_fence.c.fence)).scalar_one_or_none()
    if found is not None:
        return int(found)
    try:
        connection.execute(sa.insert(_fence).values(partition=partition, fence=1))
    except sa.exc.IntegrityError as error:
        raise ContendedError("another worker takes this partition") from error
    return 1


def of(connection: sa.Connection, partitions: Collection[int]) -> dict[int, int]:
    """Return the highest fence of each of these partitions; nobody can take one over until the transaction ends."""
    asked = sa.select(_fence.c.partition, _fence.c.fence).where(_fence.c.partition.in_(partitions))
    found = connection.execute(asked.order_by(_fence.c.partition).with_for_update(read=True))
    return {row.partition: row.fence for row in found}
