# SPDX-License-Identifier: MIT
"""A task as it stands in Redis: bytes and back, and the script that lets no older one overwrite a newer. Pure."""

from collections.abc import Iterable

import msgspec

from humeops.central.store.questions.tasks import Task, Version

_UNINDEX = """
local function unindex(old, name, task)
  local head = cjson.decode(string.sub(old, 21, string.find(old, '\\n', 1, true) - 1))
  redis.call('ZREM', 'hume:now:names', name)
  redis.call('ZREM', 'hume:now:task:' .. task, name)
  redis.call('ZREM', 'hume:now:state:' .. head[1], name)
  for _, tag in ipairs(head[2]) do
    redis.call('ZREM', 'hume:now:tag:' .. tag, name)
    if redis.call('EXISTS', 'hume:now:tag:' .. tag) == 0 then redis.call('ZREM', 'hume:now:tags', tag) end
  end
end
"""

# Everything of one task in one step, so that a reader never finds it half there. Versions have 20 digits each: compared as
# texts, since Lua's numbers do not hold them.
PUT = (
    _UNINDEX
    + """
local function index(name, task, head)
  redis.call('ZADD', 'hume:now:names', 0, name)
  redis.call('ZADD', 'hume:now:task:' .. task, 0, name)
  redis.call('ZADD', 'hume:now:state:' .. head[1], 0, name)
  for _, tag in ipairs(head[2]) do
    redis.call('ZADD', 'hume:now:tag:' .. tag, 0, name)
    redis.call('ZADD', 'hume:now:tags', 0, tag)
  end
end
local written = 0
for i = 1, #ARGV, 6 do
  local host, task, version, head, body, live = unpack(ARGV, i, i + 5)
  local key, name = 'hume:now:host:' .. host, host .. '\\0' .. task
  local old = redis.call('HGET', key, task)
  if not old or string.sub(old, 1, 20) <= version then
    local same = old and string.sub(old, 21, string.find(old, '\\n', 1, true) - 1) == head and string.sub(old, -1) ~= '\\n'
    if old and not same then unindex(old, name, task) end
    redis.call('HSET', key, task, version .. head .. '\\n' .. body)
    -- Put into the indexes in any case: a rebuild mends those, too.
    if body ~= '' then index(name, task, cjson.decode(head)) end
    if live ~= '' then redis.call('PUBLISH', 'hume:live', live) end
    written = written + 1
  end
end
return written
"""
)

# Forget a task, unless it is another version now.
FORGET = (
    _UNINDEX
    + """
local key, name = 'hume:now:host:' .. ARGV[1], ARGV[1] .. '\\0' .. ARGV[2]
local old = redis.call('HGET', key, ARGV[2])
if (old or '') ~= ARGV[3] then return 0 end
if old then
  unindex(old, name, ARGV[2])
  redis.call('HDEL', key, ARGV[2])
end
redis.call('ZREM', 'hume:now:names', name)
redis.call('ZREM', 'hume:now:task:' .. ARGV[2], name)
return 1
"""
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Task).decode


class _Live(msgspec.Struct, omit_defaults=True):
    host: str
    task: str
    version: int
    state: str = ""
    run: str | None = None


def arguments(versions: Iterable[Version], tells: bool) -> list[str | bytes]:
    """Return what PUT takes for these; `tells`: and has them told to whoever follows."""
    return [part for one in versions for part in _parts(one, tells)]


def read(value: bytes | None) -> Task | None:
    """Return the task; None when it is not there, or is gone."""
    body = value.partition(b"\n")[2] if value else b""
    return _decode(body) if body else None


def is_newer(value: bytes | None, one: Version) -> bool:
    """Tell whether what the copy holds is of a later version than this one."""
    return value is not None and value[:20] > f"{one.version:020}".encode()


def _parts(one: Version, tells: bool) -> tuple[str | bytes, ...]:
    now = one.now
    head: list[object] = [now.state, now.tags] if now else ["", []]
    live = b""
    if tells:
        run = now.last_run.summary.run if now and now.last_run else None
        live = _encode(_Live(one.host, one.task, one.version, now.state if now else "", run))
    return one.host, one.task, f"{one.version:020}", _encode(head), _encode(now) if now else b"", live
