# SPDX-License-Identifier: MIT
"""What is known of a script follows from its sightings, whatever order they come in; and what of an event is one."""

import itertools

import pytest

from humeops.central import sighting
from humeops.central.sighting import Seen
from tests.fixtures.events import NOON, say

A, B, C = (letter * 64 for letter in "abc")


def started(path="/opt/backup.sh", sha256=A, cwd="", **data):
    event = say("start", script=path, data=data)
    event.run, event.origin.sha256, event.origin.cwd = event.id, sha256, cwd
    return event


def seen_in(event):
    return sighting.of_event(event, event.time)


def known(*seen):
    script = None
    for one in seen:
        script = sighting.add(script, one)
    return script


def row(*hashes):
    return [Seen(at, f"e{at}", sha256) for at, sha256 in enumerate(hashes)]


def test_the_start_of_a_run_shows_its_script():
    found = seen_in(started())

    assert (found.host, found.task, found.path) == ("db1", "backup", "/opt/backup.sh")
    assert (found.seen.sha256, found.seen.signature, found.seen.at) == (A, "", NOON)


def test_a_signed_run_tells_who_signed_which_version_until_when():
    data = {"signature": "ok", "signer": "ann@example.com", "script": "/opt/job.sh", "script_sha256": B}

    found = seen_in(started(**data, script_version=3, script_until="2027-01-01T00:00:00+00:00"))

    assert (found.path, found.seen.sha256, found.seen.signer, found.seen.version) == (
        "/opt/job.sh",
        B,
        "ann@example.com",
        3,
    )
    assert found.seen.until == 1_798_761_600 * 10**9


def test_a_script_that_was_not_run_is_seen_too():
    event = say("log", level="error", data={"signature": "revoked", "script": "/opt/job.sh", "script_sha256": B})
    event.run = started().id

    found = seen_in(event)

    assert (found.path, found.seen.signature, found.seen.run) == ("/opt/job.sh", "revoked", None)


def test_by_whatever_name_it_is_called_from_its_folder_it_is_one_script():
    paths = {seen_in(started(name, cwd="/opt")).path for name in ("job.sh", "./job.sh", "../opt/job.sh", "/opt/job.sh")}

    assert paths == {"/opt/job.sh"}


@pytest.mark.parametrize(
    "event",
    [
        started(sha256=""),
        started(""),
        say("log", level="info", data={"signature": "ok", "script": "/x", "script_sha256": A}),
        say("data", data={"signature": "ok", "script": "/x", "script_sha256": A}),
        started(sha256="", signature="ok", script="/x"),
        started(signature="ok", script_sha256="nonsense"),
        say("stop"),
    ],
)
def test_everything_else_shows_none(event):
    assert seen_in(event) is None


@pytest.mark.parametrize("value", ["x" * 17, "OK", "", 7, "ok; rm"])
def test_what_is_no_word_for_a_signature_is_none(value):
    assert seen_in(started(signature=value)).seen.signature == ""


@pytest.mark.parametrize("value", ["", "tomorrow", "9" * 40, "-1", "1e9", "2027-13-01", "1h", "2027-01-01"])
def test_numbers_and_ends_that_are_none_are_left_out(value):
    data = {"signature": "ok", "script": "/x", "script_sha256": A, "script_version": value, "script_until": value}

    found = seen_in(started(**data)).seen

    assert (found.version, found.until) == (None, None)


@pytest.mark.parametrize(("end", "found"), [("9999-12-31T23:59:59+00:00", 2**63 - 1), ("0001-01-01T00:00:00+00:00", 0)])
def test_an_end_fits_a_column_whatever_a_host_says(end, found):
    data = {"signature": "ok", "script": "/x", "script_sha256": A, "script_until": end}

    assert seen_in(started(**data)).seen.until == found


def test_a_change_is_since_the_first_run_with_the_new_bytes():
    script = known(*row(A, A, B, B))

    assert (script.last.sha256, script.former, script.since) == (B, (1, "e1", A), (2, "e2"))


def test_what_came_back_to_what_it_was_changed_all_the_same():
    script = known(*row(A, B, A))

    assert (script.last.sha256, script.former[2], script.since) == (A, B, (2, "e2"))


@pytest.mark.parametrize("hashes", [(A, A, B), (A, B, B), (A, B, A), (A, B, C), (A, A, A), (B, A, A, A)])
def test_in_whatever_order_they_come_the_same_is_known(hashes):
    ordered = known(*row(*hashes))

    for order in itertools.permutations(row(*hashes)):
        found = known(*order)
        assert (found.last, found.former) == (ordered.last, ordered.former)
        assert ordered.since <= found.since <= found.last.key


def test_the_same_sighting_again_changes_nothing():
    once = known(*row(A, B))

    assert known(*row(A, B), row(A, B)[1]) == once
