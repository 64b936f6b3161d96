# SPDX-License-Identifier: MIT
"""The tables of central, and why each index is there. Alembic's migrations make them; a test compares the two.

Times are integer ns since 1970. Ids are UUIDs: 16 bytes, sorted by the time they were made, so the event table grows at
its end and "newest first" is its primary key read backwards; events need no index on time.

It is long because the schema is read as one.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

_ID = sa.LargeBinary(16)

# Names are compared byte by byte in every engine: a page of a list then ends where the next one begins, and a pattern's
# beginning can use an index.
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

agent = sa.Table(
    "agent",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("host", _NAME, nullable=False, unique=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("last_seen_at", sa.BigInteger),
    sa.Column("skew", sa.BigInteger),  # central's clock at receipt minus the agent's at sending, so with the way in it
    sa.Column(
        "health", sa.Text
    ),  # how its humed fares, JSON as it said (humeops.wire.health), and when that was received
    sa.Column("health_at", sa.BigInteger),
    sa.Column("silent_since", sa.BigInteger),  # when it was heard last, once the watcher has found it silent
    sa.Column("process", sa.Text),  # which humed spoke last
    sa.Column("shared_at", sa.BigInteger),  # when two humeds were last seen to use its credential in turn
)

# Somebody with a name. A password is kept as argon2id says it; without one a proxy has to name him.
person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", _NAME, nullable=False, unique=True),
    sa.Column("password", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("disabled_at", sa.BigInteger),
    sa.Column("subject", sa.Text),  # who he is at the OpenID provider: the issuer, a space, its word for him
)
sa.Index("ix_person_subject", person.c.subject, unique=True)

# What a person may do: a role, on everything (an empty filter) or on the tasks of a filter.
person_grant = sa.Table(
    "person_grant",
    metadata,
    sa.Column("person", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("role", _NAME, primary_key=True),
    sa.Column("filter", _NAME, primary_key=True),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),  # of those that come with a group of the provider: they have to be renewed
    sqlite_with_rowid=False,
)

# Logins that failed, by whom they named and by where they came from (hashed: a typed name may be a password).
login_failure = sa.Table(
    "login_failure",
    metadata,
    sa.Column("who", sa.LargeBinary(32), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # no attempt before then
    sqlite_with_rowid=False,
)
sa.Index("ix_login_failure_last_at", login_failure.c.last_at)

# What was done and what was refused. Only ever added to: triggers refuse anything else, but for deleting what lies below the floor.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("via", sa.Text, nullable=False),  # how he came in
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),  # done | refused
    sa.Column("detail", sa.Text, nullable=False),
)

# One row: lines of the audit log with a smaller number may go, as a line of it says.
audit_floor = sa.Table(
    "audit_floor",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("floor", sa.BigInteger, nullable=False),
)

# The token itself is nowhere: only its SHA-256. 256 random bits need no slow hash.
credential = sa.Table(
    "credential",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("kind", _NAME, nullable=False),  # agent | person | session | link | enrol
    sa.Column("agent", sa.ForeignKey("agent.id")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("person", sa.ForeignKey("person.id")),  # whose grants it carries, at most; empty: its role, on everything
    sa.Column("filter", sa.Text, nullable=False, server_default=""),  # on what, where that is less
    sa.Column("seen_at", sa.BigInteger),  # of sessions: when it was used last, give or take some minutes
    sa.Column("address", sa.Text, nullable=False, server_default=""),  # of sessions: where it was opened from
    # Of agents: how the proxy names the certificate without which this opens nothing; empty: none is needed.
    sa.Column("certificate", sa.Text, nullable=False, server_default=""),
)

# The humeds that spoke as an agent lately: another one after each start, and two in turn where a credential was copied.
agent_process = sa.Table(
    "agent_process",
    metadata,
    sa.Column("agent", sa.ForeignKey("agent.id"), primary_key=True),
    sa.Column("process", _NAME, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),  # what its machine calls itself
    sa.Column("first_at", sa.BigInteger, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("returns", sa.Integer, nullable=False),  # how often it spoke again after another had
    sqlite_with_rowid=False,
)

# What a token that enrols is good for, beside its row in `credential`.
enrol_token = sa.Table(
    "enrol_token",
    metadata,
    sa.Column("credential", sa.ForeignKey("credential.id"), primary_key=True, autoincrement=False),
    sa.Column("hosts", sa.Text, nullable=False),  # patterns, separated by commas
    sa.Column("uses_left", sa.Integer, nullable=False),
    sa.Column("asks", sa.Boolean, nullable=False),  # somebody has to approve
)

# Hosts that asked to be let in. The credential itself never left the host: this is its hash.
enrolment = sa.Table(
    "enrolment",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("token", sa.ForeignKey("credential.id"), nullable=False),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("state", _NAME, nullable=False),  # pending | enrolled | denied
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("certificate", sa.Text, nullable=False, server_default=""),  # with which it asked, as in `credential`
    sa.Index("ix_enrolment_state", "state", "id"),
)

agent_epoch = sa.Table(
    "agent_epoch",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("agent", sa.ForeignKey("agent.id"), nullable=False),
    sa.Column("epoch", _NAME, nullable=False),
    sa.Column("floor", sa.BigInteger, nullable=False),
    sa.Column("written_off", sa.BigInteger, nullable=False),
    sa.Column("committed_upto", sa.BigInteger, nullable=False),
    sa.Column("silently_lost", sa.BigInteger, nullable=False),
    sa.Column("declared_lost", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("agent", "epoch"),
)

agent_range = sa.Table(
    "agent_range",
    metadata,
    sa.Column("epoch", sa.ForeignKey("agent_epoch.id"), primary_key=True),
    sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("epoch", sa.Integer, nullable=False),  # of agent_epoch; no constraint: events are its only writers
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("kind", _NAME, nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),  # its rank in event.LEVELS
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("boot", sa.Text, nullable=False),
    sa.Column("mono", sa.BigInteger, nullable=False),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("task", _NAME, nullable=False),
    sa.Column("run", _ID),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("tags", sa.Text),  # JSON list
    sa.Column("rest", sa.Text),  # JSON: what is only shown (rows.Rest)
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("link", _ID),  # a run that it speaks of without being part of it
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (id)",  # ids begin with the time: see partitions
)
# A run's timeline.
sa.Index("ix_event_run", event.c.run, sqlite_where=event.c.run.is_not(None), postgresql_where=event.c.run.is_not(None))
# What was said of a run afterwards.
sa.Index(
    "ix_event_link", event.c.link, sqlite_where=event.c.link.is_not(None), postgresql_where=event.c.link.is_not(None)
)
# One host's events, newest first.
sa.Index("ix_event_host", event.c.host)
# What a task shared outside of its runs, newest first.
_SHARED_LOOSE = sa.and_(event.c.kind == sa.literal_column("'data'"), event.c.run.is_(None))
sa.Index(
    "ix_event_shared",
    event.c.host,
    event.c.task,
    event.c.id,
    sqlite_where=_SHARED_LOOSE,
    postgresql_where=_SHARED_LOOSE,
)
# Warnings and worse, newest first, among millions that are not.
sa.Index("ix_event_trouble", event.c.id, sqlite_where=event.c.level >= 3, postgresql_where=event.c.level >= 3)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("short", _NAME, nullable=False),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("task", _NAME, nullable=False),
    sa.Column("state", _NAME, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),  # as lists sort by it (fold.Said.sorts_at)
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("duration", sa.BigInteger),
    sa.Column("last_event_at", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),  # JSON of fold.Summary, to which later events are merged
    sa.Column("parent", _ID),  # the run within which it was started
    sqlite_with_rowid=False,
)
sa.Index("ix_run_short", run.c.short)
sa.Index("ix_run_task", run.c.host, run.c.task, run.c.started_at, run.c.id)  # a task's last run
sa.Index("ix_run_started_at", run.c.started_at, run.c.id)  # newest first
# A watched task's open runs.
sa.Index(
    "ix_run_open",
    run.c.host,
    run.c.task,
    sqlite_where=run.c.state == "running",
    postgresql_where=run.c.state == "running",
)
sa.Index("ix_run_state", run.c.state, run.c.started_at, run.c.id)  # troubles, newest first

# The runs started within one, in order.
sa.Index(
    "ix_run_parent",
    run.c.parent,
    run.c.started_at,
    run.c.id,
    sqlite_where=run.c.parent.is_not(None),
    postgresql_where=run.c.parent.is_not(None),
)
# A task's last good runs: what is usual is learnt from them, however many bad ones lie between.
sa.Index(
    "ix_run_good",
    run.c.host,
    run.c.task,
    run.c.started_at,
    run.c.id,
    sqlite_where=run.c.state == "ok",
    postgresql_where=run.c.state == "ok",
)

# The marks of a run's timeline, in their order, without the events between them.
run_flag = sa.Table(
    "run_flag",
    metadata,
    sa.Column("run", _ID, primary_key=True),
    sa.Column("boot", _NAME, primary_key=True),
    sa.Column("mono", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event", _ID, primary_key=True),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# The numbers that a run told of itself: of each the last one said.
run_datum = sa.Table(
    "run_datum",
    metadata,
    sa.Column("run", _ID, primary_key=True),
    sa.Column("key", _NAME, primary_key=True),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("boot", _NAME, nullable=False),
    sa.Column("mono", sa.BigInteger, nullable=False),
    sa.Column("event", _ID, nullable=False),
    sqlite_with_rowid=False,
)

run_tag = sa.Table(
    "run_tag",
    metadata,
    sa.Column("run", _ID, primary_key=True),
    sa.Column("tag", _NAME, primary_key=True),
    sqlite_with_rowid=False,
)
sa.Index("ix_run_tag_tag", run_tag.c.tag, run_tag.c.run)

task = sa.Table(
    "task",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("state", _NAME, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("last_event_at", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
    sa.Column("last_run", _ID),
    sa.Column("tags", sa.Text, nullable=False),  # JSON list, as shown
    # Of the events said outside of runs; no times when there are none.
    sa.Column("loose_tags", sa.Text, nullable=False),  # JSON list
    sa.Column("loose_first_at", sa.BigInteger),
    sa.Column("loose_last_at", sa.BigInteger),
    sa.Column("verdict", sa.Text),  # JSON of verdict.Verdict: the last word on how the task fares, if there is one
    sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),  # rises with each change (see tasking)
    sa.Column("told", _NAME),  # what the events tell, where something that did not happen says more: see watch
    sa.Column("given_tags", sa.Text),  # JSON list: those of its tags that people gave (see tagging); NULL: none
    sqlite_with_rowid=False,
)
sa.Index("ix_task_state", task.c.state, task.c.host, task.c.task)
# The order of a page by task.
sa.Index("ix_task_task", task.c.task, task.c.host)

task_tag = sa.Table(
    "task_tag",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("tag", _NAME, primary_key=True),
    sqlite_with_rowid=False,
)
sa.Index("ix_task_tag_tag", task_tag.c.tag, task_tag.c.host, task_tag.c.task)

# What its last good runs were like (usual.GoodRun), so that showing a run reads one row and no history.
task_usual = sa.Table(
    "task_usual",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("runs", sa.Text, nullable=False),  # JSON list
    sqlite_with_rowid=False,
)

datum = sa.Table(
    "datum",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("key", _NAME, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),  # JSON
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("event", _ID, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("run", _ID),
    sa.Column("uid", sa.BigInteger),
    sa.Column("expires_at", sa.BigInteger),
    sqlite_with_rowid=False,
)

transition = sa.Table(
    "transition",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("task", _NAME, nullable=False),
    sa.Column("from_state", sa.Text, nullable=False),
    sa.Column("to_state", sa.Text, nullable=False),
    sa.Column("run", _ID),
    sa.Column("event", _ID),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
sa.Index("ix_transition_task", transition.c.host, transition.c.task, transition.c.id)
# The runs that came late: with their start their task was late no more.
sa.Index(
    "ix_transition_late",
    transition.c.run,
    sqlite_where=transition.c.from_state == "late",
    postgresql_where=transition.c.from_state == "late",
)

# What is expected of a task, and how it stands against that. `due` is its deadline: when to look again at the latest.
watch = sa.Table(
    "watch",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("wanted", sa.Text, nullable=False),  # JSON of expectation.Expectation
    sa.Column("maker", sa.Text, nullable=False),  # whose the latest word on it is, for people
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("pattern", sa.Integer),  # the watch_pattern that the latest of its words from patterns comes from
    sa.Column("fault", sa.Text, nullable=False),  # what is wrong with a later declaration, which was not taken
    sa.Column("fault_at", sa.BigInteger),
    sa.Column("sign_at", sa.BigInteger),  # the last sign of life, never later than it was received
    sa.Column("paused_until", sa.BigInteger),
    sa.Column("state", _NAME, nullable=False),  # judging.Judged
    sa.Column("since", sa.BigInteger),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("expected_at", sa.BigInteger),
    sa.Column("due", sa.BigInteger),
    sa.Column("parts", sa.Text, nullable=False, server_default="{}"),  # whose word each part is (see holding)
    sqlite_with_rowid=False,
)
# What is due, found without looking at the rest.
sa.Index("ix_watch_due", watch.c.due, sqlite_where=watch.c.due.is_not(None), postgresql_where=watch.c.due.is_not(None))
sa.Index("ix_watch_state", watch.c.state, watch.c.host, watch.c.task)

# Declared for many hosts at once; each that fits gets a watch of its own.
watch_pattern = sa.Table(
    "watch_pattern",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("host", _NAME, nullable=False),  # with `*` and `?`
    sa.Column("tag", _NAME, nullable=False),  # only hosts of which some task has it; empty: all
    sa.Column("task", _NAME, nullable=False),
    sa.Column("wanted", sa.Text, nullable=False),
    sa.Column("maker", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("host", "tag", "task"),
)

# Which task has heard of which pattern, and when that was made: it is not told again.
watch_given = sa.Table(
    "watch_given",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("pattern", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
sa.Index("ix_watch_given_pattern", watch_given.c.pattern, watch_given.c.host, watch_given.c.task)

# The watchers' common word, one row: when one of them looked last, and until when they hold back after an outage.
watching = sa.Table(
    "watching",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("beat_at", sa.BigInteger),
    sa.Column("held_until", sa.BigInteger, nullable=False),
)

# Keyed by the place in the spool, so that a batch that is sent again leaves no second copy.
dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Who may commit what comes from a partition of the stream: whoever was given the highest number (see fences).
partition_fence = sa.Table(
    "partition_fence",
    metadata,
    sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What was settled for reports over HTTP that may be sent again (see reports).
report_key = sa.Table(
    "report_key",
    metadata,
    sa.Column("agent", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", _NAME, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("event", _ID, nullable=False),
    sa.Column("run", _ID),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
sa.Index("ix_report_key_at", report_key.c.at)  # what is too old

# What people add: notes, and who takes a trouble (kind: note | take | release). Never changed, only added to.
note = sa.Table(
    "note",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("kind", _NAME, nullable=False),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("task", _NAME, nullable=False),
    sa.Column("run", _ID),  # of a note on one run
    sa.Column("text", sa.Text, nullable=False),
)
sa.Index("ix_note_task", note.c.host, note.c.task, note.c.id)

# What a task is for, as people say; the last word of each task.
about = sa.Table(
    "about",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("runbook", sa.Text, nullable=False),
    sa.Column("tags", sa.Text),  # JSON list of tagging.Given: the tags that people gave it, with who and when
    sa.Column("words", sa.Text),  # JSON: whose word owner, description and runbook are (people.Said)
    sqlite_with_rowid=False,
)

# How far each rule of retention has come (see retiring): what it has looked at, and what it was told to look at. Whatever is
# said before any goal may have been deleted.
retention_mark = sa.Table(
    "retention_mark",
    metadata,
    sa.Column("rule", _NAME, primary_key=True),
    sa.Column("upto", _ID, nullable=False),
    sa.Column("goal", _ID, nullable=False),
    sqlite_with_rowid=False,
)

# What lies before a goal and is there nevertheless: it came late, or was held back. Looked at again until it goes.
retention_late = sa.Table(
    "retention_late",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("kind", _NAME, primary_key=True),  # event | run
    sqlite_with_rowid=False,
)

# How far the index of texts is (see textindex); no row where the engine cannot have one. The index itself, `event_text`, is
# the migrations' matter: what it is differs from engine to engine.
text_mark = sa.Table(
    "text_mark",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # 1
    sa.Column("upto", _ID, nullable=False),
    sa.Column("goal", _ID, nullable=False),
    sqlite_with_rowid=False,
)

# What lies before the goal and is not in the index of texts: it came late, or (stays = 1) has no place in it.
text_late = sa.Table(
    "text_late",
    metadata,
    sa.Column("stays", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("id", _ID, primary_key=True),
    sqlite_with_rowid=False,
)

# Addresses without a token at which one state is shown, of a task or of all tasks with a tag (then host and task are empty).
badge = sa.Table(
    "badge",
    metadata,
    sa.Column("address", _NAME, primary_key=True),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("task", _NAME, nullable=False),
    sa.Column("tag", _NAME, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("host", "task", "tag"),
    sqlite_with_rowid=False,
)

# Changes of state that alerts have not looked at yet: written with each of them, gone with what follows from it (see alerting).
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("change", sa.Text, nullable=False),  # JSON of outbox.Change
)

# One trouble of a task, or of a host (then the task is empty). Of each at most one is not closed.
alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("host", _NAME, nullable=False),
    sa.Column("task", _NAME, nullable=False),
    sa.Column("state", _NAME, nullable=False),  # waiting | open | closed
    sa.Column("trouble", _NAME, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("opened_at", sa.BigInteger),
    sa.Column("closed_at", sa.BigInteger),
    sa.Column("taken_by", sa.Text, nullable=False),
    sa.Column("silenced_until", sa.BigInteger),
    sa.Column("together", _NAME),  # while it waits to be told: what it is told with
    sa.Column("due", sa.BigInteger),  # when to look at it again
    sa.Column("body", sa.Text, nullable=False),  # JSON of course.Alert
)
sa.Index(
    "ix_alert_current",
    alert.c.host,
    alert.c.task,
    unique=True,
    sqlite_where=alert.c.state != "closed",
    postgresql_where=alert.c.state != "closed",
)
sa.Index("ix_alert_due", alert.c.due, sqlite_where=alert.c.due.is_not(None), postgresql_where=alert.c.due.is_not(None))
sa.Index(
    "ix_alert_together",
    alert.c.together,
    sqlite_where=alert.c.together.is_not(None),
    postgresql_where=alert.c.together.is_not(None),
)
sa.Index("ix_alert_task", alert.c.host, alert.c.task, alert.c.opened_at)  # how often it was raised lately

# What became of an alert, line by line.
alert_entry = sa.Table(
    "alert_entry",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("alert", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("what", _NAME, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
sa.Index("ix_alert_entry_alert", alert_entry.c.alert, alert_entry.c.id)

# What people wrote of rules, routes and channels; the last one is in force, the others are who wrote what when.
alert_book = sa.Table(
    "alert_book",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON of book.Book
)

# The notifiers' common word, one row, locked by whoever judges: when one of them did so last, and the channel to the address
# given at set-up, as central.toml has it.
alerting = sa.Table(
    "alerting",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("beat_at", sa.BigInteger),
    sa.Column("setup", sa.Text, nullable=False),  # JSON of the channel's settings; empty without an address
)

silence = sa.Table(
    "silence",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("what", sa.Text, nullable=False),  # a filter
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger),
    sa.Column("cron", sa.Text, nullable=False),
    sa.Column("calendar", sa.Text, nullable=False),
    sa.Column("tz", sa.Text, nullable=False),
    sa.Column("lasts", sa.Integer, nullable=False),  # seconds, of one that repeats
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("ended_by", sa.Text, nullable=False),
    sa.Column(
        "within", sa.Text, nullable=False, server_default=""
    ),  # and of these tasks alone: what its maker was granted
)

# What is to be told to one channel. Whoever sends it holds it for a while (`lease_until`); `key` is the same at every attempt.
notification = sa.Table(
    "notification",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", _NAME, nullable=False, unique=True),
    sa.Column("channel", _NAME, nullable=False),
    sa.Column("kind", _NAME, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("message", sa.Text, nullable=False),  # JSON of message.Message
    sa.Column("state", _NAME, nullable=False),  # waiting | sent | failed
    sa.Column("due", sa.BigInteger),
    sa.Column("lease_until", sa.BigInteger),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("sent_at", sa.BigInteger),
    sa.Column("error", sa.Text, nullable=False),
)
sa.Index(
    "ix_notification_due",
    notification.c.due,
    sqlite_where=notification.c.state == "waiting",
    postgresql_where=notification.c.state == "waiting",
)
sa.Index("ix_notification_channel", notification.c.channel, notification.c.id)
sa.Index("ix_notification_at", notification.c.at)  # what became of what an alert's history says was told

# What waits for the end of a channel's quiet hours.
digest = sa.Table(
    "digest",
    metadata,
    sa.Column("channel", _NAME, primary_key=True),
    sa.Column("alert", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
sa.Index("ix_digest_due", digest.c.due)

# How a channel fares: since when it fails, and since when it counts as dead.
channel_health = sa.Table(
    "channel_health",
    metadata,
    sa.Column("channel", _NAME, primary_key=True),
    sa.Column("ok_at", sa.BigInteger),
    sa.Column("failing_since", sa.BigInteger),
    sa.Column("dead_at", sa.BigInteger),
    sa.Column("error", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# Bundles of whom hosts are to believe, as they were signed; the one with the highest version is handed out.
trust_bundle = sa.Table(
    "trust_bundle",
    metadata,
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# Which scripts run where, and how each was signed when it ran last: of each task the last few paths (see scripting).
script = sa.Table(
    "script",
    metadata,
    sa.Column("host", _NAME, primary_key=True),
    sa.Column("task", _NAME, primary_key=True),
    sa.Column("place", sa.LargeBinary(32), primary_key=True),  # SHA-256 of the path, which may be longer than a key
    sa.Column("path", _NAME, nullable=False),
    sa.Column("sha256", _NAME, nullable=False),
    sa.Column("former", _NAME, nullable=False),  # what it was before it was this; empty: nobody saw it otherwise
    sa.Column("since", sa.BigInteger, nullable=False),  # when it was first seen as it is
    sa.Column("at", sa.BigInteger, nullable=False),  # when it was seen last
    sa.Column("signature", _NAME, nullable=False),  # `ok`, or why not; empty: nobody asked
    sa.Column("signer", _NAME, nullable=False),
    sa.Column("version", sa.BigInteger),
    sa.Column("until", sa.BigInteger),  # what it was signed until
    sa.Column("run", _ID),
    sa.Column("seen", sa.Text, nullable=False),  # JSON of sighting.Script, to which later sightings are added
    sqlite_with_rowid=False,
)
# What wants a look: what does not verify, what changed without a new signature, what is signed for a while only. Questions are
# spelt as these are, literals and all, so that each is answered by its index.
_NONE: sa.ColumnElement[str] = sa.literal_column("''")
_OK: sa.ColumnElement[str] = sa.literal_column("'ok'")
UNVERIFIED = sa.and_(script.c.signature != _NONE, script.c.signature != _OK)
CHANGED = sa.and_(script.c.former != _NONE, script.c.signature != _OK)
ENDING = script.c.until.is_not(None)
sa.Index("ix_script_unverified", script.c.at, sqlite_where=UNVERIFIED, postgresql_where=UNVERIFIED)
sa.Index("ix_script_changed", script.c.since, sqlite_where=CHANGED, postgresql_where=CHANGED)
sa.Index("ix_script_until", script.c.until, sqlite_where=ENDING, postgresql_where=ENDING)
sa.Index("ix_script_at", script.c.at)  # what nobody has seen for long
