# SPDX-License-Identifier: MIT
"""What the store promises of tags that people give to tasks, whatever engine it is."""

import sqlalchemy as sa

from humeops.central.current import copied, keyspace, rebuilding
from humeops.central.current.asking import RedisPicture
from humeops.central.current.judged import Judged
from humeops.central.current.picture import SqlPicture
from humeops.central.store import declaring, patterns, people, purposes, scoping, surroundings, tables, tagging
from humeops.central.store.questions import events, grouped, runs, tasks, watches
from humeops.central.watches.expectation import Expectation
from humeops.filters import parsing
from humeops.security import grants
from tests.contract.looking import ask, content, take
from tests.contract.streaming import queue, work
from tests.fixtures.events import NOON, SECOND, a_run, say

BACKUP = ("db1", "backup")
LATER = NOON + 9_000 * SECOND


def give(database, *tags, name=BACKUP, author="mia", at=LATER, **texts):
    wish = people.Wish(tags=tagging.Change(tags, None), **texts)
    return database.write(lambda connection: people.describe(connection, name, wish, author, at))


def said_of(database, name=BACKUP):
    with database.reading() as connection:
        return people.about(connection, name)


def tags_of(database, name=BACKUP):
    """Return the tags of a task, which stand in three places."""
    with database.reading() as connection:
        (found,) = tasks.by_names(connection, [name])
        indexed = sorted(scoping.tags_of(connection, *name))
        assert found.tags == indexed == sorted(surroundings.tags(connection, [name])[name])
    return found.tags


def tagged(*tags, begins=0.0):
    return a_run(say("log", begins + 1, tags=list(tags)), begins=begins, ends=begins + 60)


def test_a_task_has_the_tags_of_its_script_and_those_that_people_gave(database, agent):
    take(database, agent, *tagged("nightly", "db"))

    give(database, "team-a", "db")

    assert tags_of(database) == ["db", "nightly", "team-a"]
    assert said_of(database).tags == [tagging.Given("db", "mia", LATER), tagging.Given("team-a", "mia", LATER)]


def test_a_new_run_drops_no_given_tag_and_those_of_the_run_before(database, agent):
    take(database, agent, *tagged("nightly"))
    give(database, "team-a")

    take(database, agent, *tagged("weekly", begins=100), first=9)

    assert tags_of(database) == ["team-a", "weekly"]


def test_what_was_said_outside_of_runs_goes_with_what_was_given(database, agent):
    take(database, agent, say("log", 1, tags=["loose"]))
    give(database, "team-a")
    take(database, agent, say("log", 2, tags=["more"]), first=2)

    assert tags_of(database) == ["loose", "more", "team-a"]


def test_a_tag_that_is_taken_back_stays_where_the_script_says_it_too(database, agent):
    take(database, agent, *tagged("db"))
    give(database, "db", "team-a")

    give(database)

    assert tags_of(database) == ["db"]
    assert said_of(database).tags == []


def test_a_tag_stays_the_word_of_whoever_gave_it_first(database, agent):
    take(database, agent, *tagged())
    give(database, "team-a")
    give(database, "team-a", "urgent", author="ada", at=LATER + 1)

    assert said_of(database).tags == [tagging.Given("team-a", "mia", LATER), tagging.Given("urgent", "ada", LATER + 1)]


def test_what_is_left_open_stays_and_an_empty_text_clears(database, agent):
    take(database, agent, *tagged())
    give(database, "team-a", owner="the team", description="all dumps")

    wish = people.Wish(owner="", runbook="https://wiki.example/backup")
    database.write(lambda connection: people.describe(connection, BACKUP, wish, "ada", LATER + 1))

    found = said_of(database)
    assert (found.owner, found.description, found.runbook) == ("", "all dumps", "https://wiki.example/backup")
    assert (found.author, found.at) == ("ada", LATER + 1)
    assert tags_of(database) == ["team-a"]


def test_two_who_change_two_tags_take_nothing_from_each_other(database, agent):
    take(database, agent, *tagged("nightly"))
    give(database, "a", "b")

    for author, change in (("ada", tagging.Change(["c"], ["a"])), ("mia", tagging.Change(["d"], ["b", "nobody's"]))):
        with database.writing() as connection:
            people.describe(connection, BACKUP, people.Wish(tags=change), author, LATER + 5)

    assert tags_of(database) == ["c", "d", "nightly"]
    assert said_of(database).tags == [tagging.Given("c", "ada", LATER + 5), tagging.Given("d", "mia", LATER + 5)]


def test_given_tags_are_never_those_that_are_cut(database, agent):
    many = [say("log", n, tags=[f"a{n:02}-{m:02}" for m in range(16)]) for n in range(1, 5)]
    take(database, agent, *a_run(*many))
    given = [f"z{n:02}" for n in range(tagging.MOST)]

    give(database, *given)

    assert len(tags_of(database)) == 64
    assert set(given) <= set(tags_of(database))


def test_tasks_are_found_by_given_tags_and_what_was_said_only_by_what_was_said(database, agent):
    take(database, agent, *tagged("nightly"))
    give(database, "team-a")
    by_tag = parsing.parse("tag:team-a", "tasks")

    def count(question, wanted, *more):
        return len(ask(database, question, wanted, *more))

    assert count(tasks.find, tasks.Filter(also=by_tag)) == count(tasks.find, tasks.Filter(tags=["team-*"])) == 1
    with database.reading() as connection:
        headings = grouped.find(connection, tasks.Filter(), "tag", 9, 9, None).rows
    assert [heading.name for heading in headings] == ["nightly", "team-a"]
    assert count(runs.find, runs.Filter(within=grants.read("tag:team-a"))) == 1
    assert count(events.find, events.Filter(also=parsing.parse("tag:team-a", "events")), False) == 0
    assert count(events.find, events.Filter(also=parsing.parse("tag:nightly", "events")), False) == 3


def test_a_task_that_is_forgotten_and_comes_back_has_what_was_given_to_it(database, agent):
    watch = declaring.Declaration(*BACKUP, Expectation(every=86_400), "mia", NOON)
    database.write(lambda connection: declaring.declare(connection, [watch], NOON))
    give(database, "team-a")
    database.write(lambda connection: declaring.remove(connection, [BACKUP], NOON))
    assert content(database)["task"] == content(database)["task_tag"] == []

    take(database, agent, *tagged("nightly"))

    assert tags_of(database) == ["nightly", "team-a"]


def test_a_watch_that_makes_a_task_anew_brings_what_was_given_to_it(database):
    watch = declaring.Declaration(*BACKUP, Expectation(every=86_400), "mia", NOON)
    for _ in range(2):
        database.write(lambda connection: declaring.declare(connection, [watch], NOON))
        give(database, "team-a")
        database.write(lambda connection: declaring.remove(connection, [BACKUP], NOON))

    database.write(lambda connection: declaring.declare(connection, [watch], NOON))

    assert tags_of(database) == ["team-a"]


def test_a_host_of_which_a_task_was_given_a_tag_is_one_with_this_tag(database, agent):
    take(database, agent, *tagged("nightly"))
    made = patterns.Pattern("*", "team-a", "copy", Expectation(every=86_400), "mia", NOON)
    fits = database.write(lambda connection: patterns.declare(connection, made, NOON))

    give(database, "team-a")
    heard = database.write(lambda connection: patterns.spread(connection, LATER))

    with database.reading() as connection:
        assert watches.one(connection, ("db1", "copy")) is not None
        assert sorted(surroundings.tags(connection, [("db1", "")])["db1", ""]) == ["nightly", "team-a"]
    assert (fits, heard) == (0, 1)


def test_what_an_older_hume_wrote_over_comes_back_with_the_next_word(database, agent):
    take(database, agent, *tagged("nightly"))
    give(database, "team-a")
    with database.writing() as connection:
        connection.execute(sa.update(tables.task).values(tags='["nightly"]'))
        connection.execute(sa.delete(tables.task_tag).where(tables.task_tag.c.tag == "team-a"))

    take(database, agent, *tagged("nightly", begins=100), first=9)

    assert tags_of(database) == ["nightly", "team-a"]


def test_the_copy_in_redis_learns_of_given_tags_and_a_worker_keeps_them(database, agent, redis_client, make_worker):
    truth = SqlPicture(database)
    copy = RedisPicture(redis_client, truth)
    worker = make_worker()
    queue(redis_client, agent, *tagged("nightly"))
    work(worker)
    rebuilding.rebuild(redis_client, database)

    def whole(connection):
        people.describe(connection, BACKUP, people.Wish(tags=tagging.Change(["team-a"])), "mia", LATER)
        copy.note(connection, [BACKUP])

    database.write(whole)
    Judged(redis_client, database).take_over()
    found = copied_tags(redis_client)
    queue(redis_client, agent, *tagged("weekly", begins=100), first=9)
    work(worker)

    assert found == ["nightly", "team-a"]
    assert copied_tags(redis_client) == tags_of(database) == ["team-a", "weekly"]
    assert copy.find(tasks.Filter(tags=["team-a"]), 10, None) == truth.find(tasks.Filter(tags=["team-a"]), 10, None)
    assert redis_client.zrange(keyspace.TAGS, 0, -1) == [b"team-a", b"weekly"]


def copied_tags(redis_client):
    found = copied.read(redis_client.hget(keyspace.host("db1"), "backup"))
    assert found is not None
    return found.tags


def test_each_text_is_the_word_of_whoever_wrote_it(database, agent):
    take(database, agent, *tagged("nightly"))

    def describe(author, at, **wish):
        return database.write(lambda connection: people.describe(connection, BACKUP, people.Wish(**wish), author, at))

    describe("ada", LATER, owner="the team", runbook="https://wiki.example/b")
    describe("mia", LATER + 5, tags=tagging.Change(["x"]), description="all dumps")
    describe("eve", LATER + 9, owner="the team", tags=tagging.Change(["x"]))
    said = said_of(database)
    with database.reading() as connection:
        words = purposes.of(connection, BACKUP).words

    assert (said.author, said.at) == ("mia", LATER + 5)
    assert {member: (word.maker, word.at) for member, word in words.items()} == {
        "owner": ("ada", LATER),
        "runbook": ("ada", LATER),
        "description": ("mia", LATER + 5),
    }


def test_what_was_said_before_words_were_kept_is_the_last_ones(database, agent):
    take(database, agent, *tagged("nightly"))
    with database.writing() as connection:
        row = {"host": "db1", "task": "backup", "at": LATER, "author": "ada", "owner": "the team"}
        connection.execute(sa.insert(tables.about).values(**row, description="", runbook=""))

    give(database, "x", author="mia", at=LATER + 5)

    assert said_of(database).word_of("owner") == ("ada", LATER)
