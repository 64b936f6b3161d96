# SPDX-License-Identifier: MIT
"""What happens is told to those who look on, once, by their filter, and from where they were."""

import contextlib
import json
import sys
import urllib.parse

import pytest
import urllib3

from tests.fixtures import large, processes
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.events import a_run, say


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        yield made


@pytest.fixture
def agent(central):
    with agent_of(central) as caller:
        yield caller


class Stream:
    """One who looks on: reads whole events of the stream."""

    def __init__(self, response):
        self._parts = response.stream(65_536)
        self._text = b""
        self.place = ""

    def next(self):
        """Return what the next event is called and what it holds; heartbeats are passed over."""
        while True:
            while b"\n\n" not in self._text:
                self._text += next(self._parts)
            block, _, self._text = self._text.partition(b"\n\n")
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if not line.startswith(":"))
            self.place = fields.get("id", self.place)
            if "event" in fields:
                return fields["event"], json.loads(fields["data"])

    def until(self, count):
        return [self.next() for _ in range(count)]


@contextlib.contextmanager
def looking_on(central, query="", token=None, **headers):
    url = central.layout.central_url.read_text().strip() + f"/api/v1/live?{query}"
    token = token or central.layout.person_token.read_text().strip()
    with urllib3.PoolManager(timeout=20, retries=False) as pool:
        headers = {"Authorization": f"Bearer {token}", **headers}
        response = pool.request("GET", url, headers=headers, preload_content=False)
        try:
            yield response if response.status != 200 else Stream(response)
        finally:
            response.close()


def test_events_runs_and_changes_of_tasks_are_told(central, agent):
    with looking_on(central) as stream:
        assert stream.next() == ("ready", {})
        said = a_run(say("log", 1, task="lived", level="error", message="tar: no space"), status=3, outcome="failed")
        for event in said:
            event.task = "lived"
        agent.send(*said, epoch="lived")

        told = stream.until(6)

    kinds = [what for what, _ in told]
    assert kinds == ["event", "event", "event", "run", "task", "task"]
    assert told[1][1]["message"] == "tar: no space"
    assert (told[3][1]["state"], told[3][1]["reason"]) == ("failed", "exit 3")
    assert [(one["from_state"], one["to_state"]) for _, one in told[4:]] == [("new", "running"), ("running", "failed")]


def test_only_what_fits_is_told(central, agent):
    query = urllib.parse.urlencode({"q": "level>=error not loud", "what": "event"})
    with looking_on(central, query) as stream:
        stream.next()
        levels = ("info", "error", "error", "critical")
        messages = ("quiet", "a", "loud", "b")
        events = [say("log", 1, level=level, message=text) for level, text in zip(levels, messages, strict=True)]
        agent.send(*events, epoch="fits")

        assert [one["message"] for _, one in stream.until(2)] == ["a", "b"]


def test_who_comes_again_goes_on_where_he_was(central, agent):
    with looking_on(central, "what=event") as stream:
        stream.next()
        agent.send(say("log", 1, message="first"), epoch="again-1")
        assert stream.next()[1]["message"] == "first"
        place = stream.place
    agent.send(say("log", 2, message="second"), epoch="again-2")

    with looking_on(central, "what=event", **{"Last-Event-ID": place}) as stream:
        told = stream.until(2)

    assert [what for what, _ in told] == ["ready", "event"]
    assert told[1][1]["message"] == "second"


def test_who_comes_from_elsewhere_is_told_to_look_anew(central):
    with looking_on(central, "after=0123abcd-7") as stream:
        assert [what for what, _ in stream.until(2)] == ["resync", "ready"]


def test_what_is_sent_again_is_not_told_again(central, agent):
    once, more = say("log", 1, message="once"), say("log", 2, message="more")
    with looking_on(central, "what=event") as stream:
        stream.next()
        agent.send(once, epoch="twice-1")
        agent.send(once, epoch="twice-2")
        agent.send(once, more, epoch="twice-3")

        assert [one["message"] for _, one in stream.until(2)] == ["once", "more"]


@pytest.mark.parametrize(
    ("query", "status"), [("q=levl:x", 400), ("what=dogs", 400), ("nothing=1", 400), ("after=" + "x" * 99, 400)]
)
def test_a_wrong_question_is_answered_as_everywhere(central, query, status):
    with looking_on(central, query) as answer:
        assert answer.status == status
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_agent_does_not_look_on(central):
    with looking_on(central, token=central.layout.agent_token.read_text().strip()) as answer:
        assert answer.status == 403
    with owner_of(central) as owner:
        assert owner.call("POST", "/api/v1/live").status in (403, 405)


def test_the_command_line_follows_and_outlives_a_restart_of_central():
    with processes.installation() as made:
        server = made.start_central()
        shown = made.root / "tail.out"
        with shown.open("wb") as out, agent_of(made) as agent:
            agent.send(say("log", 1, message="before"), epoch="tail-1")
            made.start_command(f"exec {sys.executable} -m humeops.cli.main tail -f -o ndjson", out)
            processes.wait_until(lambda: "before" in shown.read_text(), "the last ones are shown")

            agent.send(say("log", 2, message="during"), epoch="tail-2")
            processes.wait_until(lambda: "during" in shown.read_text(), "it follows")

            port = int(made.layout.central_url.read_text().strip().rpartition(":")[2])
            server.kill()
            server.wait()
            made.start_central(port=port)
            processes.wait_until(
                lambda: (
                    agent.send(say("log", 3, message="after"), epoch="tail-3").status == 200
                    and "after" in shown.read_text()
                ),
                "it goes on",
            )
        told = [json.loads(line)["message"] for line in shown.read_text().splitlines()]

    assert told[:2] == ["before", "during"]
    assert set(told[2:]) == {"after"}


def test_through_redis_all_that_workers_commit_is_told_however_late_it_came():
    with large.large_installation() as made:
        made.start_central(role="api")
        made.start_worker()
        with looking_on(made) as stream, agent_of(made) as agent:
            assert stream.next() == ("ready", {})
            agent.send(*a_run(say("log", 1, message="days ago"), status=3, outcome="failed"))

            told = stream.until(6)

    # What the workers tell and what a look finds may come in either order.
    assert sorted(what for what, _ in told) == ["event", "event", "event", "run", "task", "task"]
    assert "days ago" in [one.get("message") for what, one in told if what == "event"]
