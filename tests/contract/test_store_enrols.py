# SPDX-License-Identifier: MIT
"""Letting hosts in, on every engine: tokens are used up once, credentials are bound to hosts, copies of them are noticed.

It is long, since ways in and out, copies and certificates are told of the same hosts, tokens and credentials.
"""

import threading

import pytest
import sqlalchemy as sa

from humeops.central import intake
from humeops.central.store import agents, deadlines, enrolling, outbox, tables
from humeops.central.store.questions import agents as questions
from humeops.errors import NotAllowedError
from humeops.security import credentials
from humeops.wire import batch
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, SECOND, epoch_id

DAY = 86_400 * SECOND


def write(database, act, *given):
    return database.write(lambda connection: act(connection, *given))


def token(database, hosts="db1", uses=1, asks=False, name="t"):
    wanted = enrolling.Wanted(name, hosts, uses, asks, NOON + DAY)
    return credentials.hash_token(write(database, enrolling.make_token, wanted, NOON))


def ask(database, shown, host="db1", made="c1", now_ns=NOON):
    return write(database, enrolling.ask, shown, host, credentials.hash_token(made), now_ns)


def speaks_for(database, made, now_ns=NOON):
    with database.reading() as connection:
        found = agents.find_actor(connection, made, now_ns)
    return found.host if found else None


def agent_of(database, made):
    with database.reading() as connection:
        found = agents.find_actor(connection, made, NOON)
    assert found is not None
    assert found.agent is not None
    return found.agent


def credential():
    return credentials.make_token("agent")


def test_a_host_comes_in_once_and_speaks_for_itself(database):
    shown, made = token(database), credential()

    assert ask(database, shown, made=made).state == "enrolled"
    assert ask(database, shown, made=made).state == "enrolled"
    assert speaks_for(database, made) == "db1"
    with pytest.raises(NotAllowedError, match="used up"):
        ask(database, shown, made=credential())


def test_a_token_enrols_the_hosts_it_names_and_no_other(database):
    shown = token(database, "web*,db?", uses=10)

    assert ask(database, shown, "web17", credential()).state == "enrolled"
    assert ask(database, shown, "db2", credential()).state == "enrolled"
    for host in ("db12", "mail", "Web1"):
        with pytest.raises(NotAllowedError, match="this token enrols"):
            ask(database, shown, host, credential())


def test_many_at_once_use_a_token_up_as_often_as_it_says(database):
    shown, results = token(database, "web*", uses=3), []

    def come(number):
        try:
            results.append(ask(database, shown, f"web{number}", credential()).state)
        except NotAllowedError:
            results.append("refused")

    threads = [threading.Thread(target=come, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["enrolled"] * 3 + ["refused"] * 5


def test_who_waits_is_nobody_until_approved_and_one_that_was_denied_stays_nobody(database):
    shown, first, second = token(database, "web*", uses=2, asks=True), credential(), credential()
    one, two = ask(database, shown, "web1", first), ask(database, shown, "web2", second)

    assert [request.state for request in (one, two)] == ["pending", "pending"]
    assert (speaks_for(database, first), speaks_for(database, second)) == (None, None)
    write(database, enrolling.decide, one.id, True, "ann", NOON)
    write(database, enrolling.decide, two.id, False, "ann", NOON)

    assert (speaks_for(database, first), speaks_for(database, second)) == ("web1", None)
    assert ask(database, shown, "web2", second).state == "denied"
    with pytest.raises(enrolling.EnrolmentError, match="waits for a decision"):
        write(database, enrolling.decide, two.id, True, "ann", NOON)


@pytest.mark.parametrize("end", ["revoked", "replaced"])
def test_one_that_was_let_in_and_is_so_no_longer_has_to_make_a_new_one(database, end):
    shown, before = token(database), credential()
    ask(database, shown, made=before)
    if end == "revoked":
        write(database, enrolling.revoke, "db1", NOON)
    else:
        kept = credentials.hash_token(credential())
        write(database, enrolling.rotate, agent_of(database, before), "db1", kept, NOON)

    assert ask(database, token(database, name="next"), made=before).state == "denied"


def test_a_token_that_is_used_up_leaves_its_name(database):
    ask(database, token(database), made=credential())

    assert ask(database, token(database), made=credential()).state == "enrolled"
    token(database)
    with pytest.raises(enrolling.EnrolmentError, match="already"):
        token(database)


def test_a_token_for_many_does_not_take_over_a_host_that_is_in(database):
    fleet, mine, thief = token(database, "*", uses=9), credential(), credential()
    ask(database, fleet, "db1", mine)

    assert ask(database, fleet, "db1", thief).state == "pending"
    assert (speaks_for(database, mine), speaks_for(database, thief)) == ("db1", None)


def test_who_was_put_out_does_not_come_in_again_by_the_token_of_the_fleet(database):
    fleet, again = token(database, "*", uses=9), credential()
    ask(database, fleet, "db1", credential())
    write(database, enrolling.revoke, "db1", NOON)

    assert ask(database, fleet, "db1", again).state == "pending"
    assert speaks_for(database, again) is None
    assert ask(database, token(database, name="own"), "db1", credential()).state == "enrolled"


def test_a_token_for_this_host_alone_puts_a_new_credential_in_the_place_of_the_old(database):
    old, new = credential(), credential()
    ask(database, token(database), made=old)
    ask(database, token(database, name="again"), made=new)

    later = NOON + enrolling.OVERLAP_NS
    assert (speaks_for(database, old), speaks_for(database, new)) == ("db1", "db1")
    assert (speaks_for(database, old, later), speaks_for(database, new, later)) == (None, "db1")


def test_a_credential_is_rotated_with_an_overlap_and_twice_the_same_is_once(database):
    old, new = credential(), credential()
    ask(database, token(database), made=old)
    number = agent_of(database, old)

    for _ in range(2):
        write(database, enrolling.rotate, number, "db1", credentials.hash_token(new), NOON)

    later = NOON + enrolling.OVERLAP_NS
    assert (speaks_for(database, old), speaks_for(database, new)) == ("db1", "db1")
    assert (speaks_for(database, old, later), speaks_for(database, new, later)) == (None, "db1")


def test_nobody_takes_anothers_credential(database):
    mine, theirs = credential(), credential()
    ask(database, token(database, "db1"), "db1", mine)
    ask(database, token(database, "db2", name="u"), "db2", theirs)
    number = agent_of(database, theirs)

    with pytest.raises(NotAllowedError, match="in use"):
        write(database, enrolling.rotate, number, "db2", credentials.hash_token(mine), NOON)
    with pytest.raises(NotAllowedError, match="another host"):
        ask(database, token(database, "*", name="v"), "db3", mine)


def test_a_token_that_is_revoked_or_over_is_nobodys(database):
    made = write(database, enrolling.make_token, enrolling.Wanted("t", "*", 5, False, NOON + DAY), NOON)

    def opens(now_ns):
        with database.reading() as connection:
            return agents.find_actor(connection, made, now_ns, agents.ENROLLERS) is not None

    assert (opens(NOON), opens(NOON + DAY)) == (True, False)
    assert write(database, enrolling.revoke_token, "t", NOON)
    assert not opens(NOON)


def _send(database, agent, process, after, host="db1"):
    by = batch.By(process * 32, host)
    body = batch.pack_alive(epoch_id("e"), 1, NOON, by=by)
    intake.take(database, agent, body, NOON + int(after * SECOND))


def _shared(database):
    with database.reading() as connection:
        (found,) = questions.find(connection, questions.Filter(), 10, None).rows
    return found.shared_at is not None, [one.host for one in found.shared_by]


def test_a_humed_that_starts_anew_shares_its_credential_with_nobody(database, agent):
    for number, process in enumerate("aabbbcd"):
        _send(database, agent, process, number)

    assert _shared(database) == (False, [])


def test_two_humeds_with_one_credential_are_noticed_and_named(database, agent):
    for number, process in enumerate("abab"):
        _send(database, agent, process, number, "db1" if process == "a" else "clone")

    assert _shared(database) == (True, ["db1", "clone"])


def test_one_batch_that_was_long_on_its_way_is_no_sign_of_two(database, agent):
    for number, process in enumerate("abaccc"):
        _send(database, agent, process, number)

    assert _shared(database) == (False, [])


def test_returns_of_long_ago_do_not_add_up(database, agent):
    for number, process in enumerate("aba"):
        _send(database, agent, process, number)
    _send(database, agent, "b", 2 * 3_600)

    assert _shared(database) == (False, [])


def _changes(database):
    with database.reading() as connection:
        rows = connection.execute(sa.select(tables.transition).order_by(tables.transition.c.id)).all()
    return [(row.from_state, row.to_state) for row in rows if not row.task]


def _copied(database, agent):
    for number, process in enumerate("abab"):
        _send(database, agent, process, number, "db1" if process == "a" else "clone")


def test_a_copied_credential_is_a_change_that_is_told_once_and_names_the_machines(database, agent):
    _copied(database, agent)
    _send(database, agent, "a", 5)

    assert _changes(database) == [("heard", "copied")]
    with database.writing() as connection:
        (change,) = outbox.take(connection, 10)
    assert (change.host, change.task) == ("db1", "")
    assert change.reason == "two humeds use its credential in turn: db1, clone"


@pytest.mark.parametrize("mend", ["rotate", "revoke"])
def test_it_is_over_when_the_credential_is_replaced_or_revoked(database, agent, mend):
    _copied(database, agent)
    new = credentials.hash_token(credential())

    if mend == "rotate":
        write(database, enrolling.rotate, agent.id, "db1", new, NOON)
    else:
        write(database, enrolling.revoke, "db1", NOON)

    assert _changes(database) == [("heard", "copied"), ("copied", "heard")]
    assert _shared(database) == (False, [])


def test_one_that_was_copied_is_over_at_once_when_another_is_put_in_its_place(database):
    old, new = credential(), credential()
    ask(database, token(database), made=old)
    number = agent_of(database, old)
    _copied(database, intake.Agent(number, "db1"))

    until = write(database, enrolling.rotate, number, "db1", credentials.hash_token(new), NOON)

    assert until == NOON
    assert (speaks_for(database, old, NOON + 1), speaks_for(database, new, NOON + 1)) == (None, "db1")


def test_a_host_that_falls_silent_and_is_heard_again_is_still_copied(database, agent):
    _copied(database, agent)
    other = make_agent(database, "db2")
    for after in (700, 701):
        _send(database, other, "e", after, "db2")
    write(database, deadlines.beat, NOON)
    write(database, deadlines.note_silence, NOON + 701 * SECOND)
    _send(database, agent, "a", 702)
    write(database, deadlines.note_silence, NOON + 703 * SECOND)

    assert _changes(database) == [("heard", "copied"), ("copied", "silent"), ("silent", "copied")]


def test_a_host_that_was_revoked_is_shown_as_such_until_it_is_in_again(database):
    number = agent_of(database, _enrolled(database))
    assert _shown(database).revoked_at is None

    write(database, enrolling.revoke, "db1", NOON + 1)
    assert _shown(database).revoked_at == NOON + 1

    ask(database, token(database, name="again"), made=credential())
    assert (agent_of(database, _enrolled(database, "third")), _shown(database).revoked_at) == (number, None)


def test_whose_credential_it_was_is_known_when_it_opens_nothing_any_more(database):
    made = _enrolled(database)
    write(database, enrolling.revoke, "db1", NOON)

    with database.reading() as connection:
        assert agents.former(connection, made) == ("db1", "the credential of db1 was revoked")
        assert agents.former(connection, credential()) is None


def _enrolled(database, name="first"):
    made = credential()
    ask(database, token(database, name=name), made=made)
    return made


def _shown(database):
    with database.reading() as connection:
        return questions.find(connection, questions.Filter("db1"), 1, None).rows[0]


def certificate_of(database, made):
    with database.reading() as connection:
        found = agents.find_actor(connection, made, NOON)
    return found.certificate if found else None


def test_a_credential_goes_with_the_first_certificate_and_hands_it_on(database):
    made, new = credential(), credential()
    ask(database, token(database), made=made)
    with database.reading() as connection:
        query = sa.select(tables.credential.c.id).where(tables.credential.c.hash == credentials.hash_token(made))
        number = connection.execute(query).scalar_one()

    assert write(database, agents.bind, number, "CN=db1")
    assert not write(database, agents.bind, number, "CN=eve")
    kept = (agent_of(database, made), "db1", credentials.hash_token(new), NOON, certificate_of(database, made))
    write(database, enrolling.rotate, *kept)

    assert (certificate_of(database, made), certificate_of(database, new)) == ("CN=db1", "CN=db1")
    assert write(database, agents.unbind, "db1") == 2
    assert write(database, agents.unbind, "db1") == 0
    assert certificate_of(database, new) == ""


@pytest.mark.parametrize("asks", [False, True])
def test_a_host_that_shows_a_certificate_as_it_asks_is_bound_to_it_from_the_start(database, asks):
    made = credential()
    shown = token(database, asks=asks)
    request = write(database, enrolling.ask, shown, "db1", credentials.hash_token(made), NOON, "CN=db1")
    if asks:
        write(database, enrolling.decide, request.id, True, "ann", NOON)

    assert certificate_of(database, made) == "CN=db1"
