# SPDX-License-Identifier: MIT
"""Makes the copy in Redis anew from the database, while workers go on writing it and people go on asking.

Promise: when it returns, the copy holds every task, and none that is gone. *Design.* What is written carries its version, so
a worker that is faster wins; what is only in the copy, or newer there than in the database (which was set back: restored, or taken over by a
server that knew less), is forgotten, unless it changes meanwhile. Only then the copy is said to be
whole, and only if it is still the server, and the rebuild, that it was at the beginning: whoever empties Redis meanwhile takes
the mark of the rebuild away, too.
"""

import secrets
from collections.abc import Iterator
from typing import Any

import redis

from humeops.central.current import copied, keyspace
from humeops.central.current.copying import write
from humeops.central.store.database import Database
from humeops.central.store.questions import tasks
from humeops.errors import UnavailableError

AT_ONCE = 500

_FINISH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], ARGV[2] .. ' ' .. ARGV[1])
return 1
"""


def rebuild(client: redis.Redis, database: Database) -> int:
    """Make the copy anew and say that it is whole; return how many tasks it holds.

    Raises UnavailableError when Redis was emptied or began anew meanwhile, or another rebuild began.
    """
    connection: Any = client
    mine, server = secrets.token_hex(8), _run_id(connection)
    connection.set(keyspace.REBUILDING, mine)
    put = connection.register_script(copied.PUT)
    count = 0
    for portion in _all_tasks(database):
        write(put, portion)
        count += len(portion)
    _forget_wrong(connection, database, put)
    keys = [keyspace.REBUILDING, keyspace.WHOLE]
    if _run_id(connection) != server or not connection.eval(_FINISH, 2, *keys, mine, server):
        raise UnavailableError("Redis was emptied or began anew meanwhile, or another rebuild began: rebuild again")
    return count


def _all_tasks(database: Database) -> Iterator[list[tasks.Version]]:
    behind = ("", "")
    while True:
        # A moment of its own for each portion: a question that lasts long holds up the database's own cleaning.
        with database.reading() as connection:
            portion = tasks.versions_after(connection, behind, AT_ONCE)
        if not portion:
            return
        yield portion
        behind = (portion[-1].host, portion[-1].task)


def _forget_wrong(client: Any, database: Database, put: Any) -> None:
    forget = client.register_script(copied.FORGET)
    low = b"-"
    while members := client.zrangebylex(keyspace.NAMES, low, b"+", 0, AT_ONCE):
        low = b"(" + members[-1]
        names = [keyspace.read_member(member) for member in members]
        pipeline = client.pipeline(transaction=False)
        for host, task in names:
            pipeline.hget(keyspace.host(host), task)
        # The copy is looked at before the database: what a worker writes in between is another version.
        values = pipeline.execute()
        with database.reading() as connection:
            there = {(one.host, one.task): one for one in tasks.versions_of(connection, names)}
        for name, value in zip(names, values, strict=True):
            known = there.get(name)
            # A version reaches the copy after its commit, so the database, asked later, has it, or has lost it.
            if known is None or copied.is_newer(value, known):
                forget(args=[*name, value or b""])
                write(put, [known] if known else [])


def _run_id(client: Any) -> str:
    return str(client.info("server")["run_id"])
