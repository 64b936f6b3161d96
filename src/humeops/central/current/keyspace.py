# SPDX-License-Identifier: MIT
"""Every key of the copy of tasks that Redis holds, and the channel on which changes are told.

All of it can be made again from the database (`hume-central rebuild`); losing it makes answers slower, never wrong.

| key | type | what it holds | who writes it |
| --- | --- | --- | --- |
| hume:now:host:{host} | hash | task → its version (20 digits), its state and tags as JSON, a newline, the task as JSON; nothing behind the newline: it is gone | worker, rebuild |
| hume:now:names | sorted set | all tasks, `HOST NUL TASK`, in the order of lists; every score here is 0 | the same |
| hume:now:task:{task} | sorted set | those of this name | the same |
| hume:now:state:{state} | sorted set | those in this state | the same |
| hume:now:tag:{tag} | sorted set | those with this tag | the same |
| hume:now:tags | sorted set | the tags there are | the same |
| hume:now:whole | string | the copy is whole, as long as this begins with the run_id of the server that answers | rebuild |
| hume:now:rebuilding | string | who rebuilds | rebuild |
| hume:now:due:{p} | set | `HOST NUL TASK NUL VERSION`, noted before the commit and taken back when the copy has it | the worker that holds partition p |
| hume:live | channel | a change, after its commit, as JSON: host, task, version, state and run; without a state: it is gone | worker |

A server that starts anew, or takes over from another one, may lack what was said last: its run_id is another one, and the
copy does not count as whole until it is rebuilt. `hume-central restore` deletes all of it: it tells of another database.
"""

EVERY = "hume:now:*"  # for SCAN
NAMES = "hume:now:names"
TAGS = "hume:now:tags"
WHOLE = "hume:now:whole"
REBUILDING = "hume:now:rebuilding"
LIVE = "hume:live"


def host(name: str) -> str:
    """Return the hash of a host's tasks."""
    return f"hume:now:host:{name}"


def task(name: str) -> str:
    """Return the index of the tasks of this name."""
    return f"hume:now:task:{name}"


def state(name: str) -> str:
    """Return the index of the tasks in this state."""
    return f"hume:now:state:{name}"


def tag(name: str) -> str:
    """Return the index of the tasks with this tag."""
    return f"hume:now:tag:{name}"


def due(partition: int) -> str:
    """Return the set of what a worker has yet to write, or was about to."""
    return f"hume:now:due:{partition}"


def member(host: str, task: str) -> bytes:
    """Return a task as it stands in the indexes: sorted as lists are, since names hold no NUL."""
    return f"{host}\0{task}".encode()


def read_member(member: bytes) -> tuple[str, str]:
    """Return (host, task)."""
    host, _, task = member.decode().partition("\0")
    return host, task


def due_member(host: str, task: str, version: int) -> bytes:
    """Return what is noted before a commit."""
    return f"{host}\0{task}\0{version}".encode()


def read_due(member: bytes) -> tuple[str, str, int]:
    """Return (host, task, version)."""
    host, task, version = member.decode().split("\0")
    return host, task, int(version)
