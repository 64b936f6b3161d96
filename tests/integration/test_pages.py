# SPDX-License-Identifier: MIT
"""What the pages show of real runs, readable without JavaScript; what hosts say changes nothing of their structure."""

import csv
import html
import html.parser
import io
import json
import subprocess
import sys
import time
import urllib.parse

import pytest

from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.browsing import OWN, signed_in
from tests.fixtures.events import NOON, SECOND, a_run, say
from tests.fixtures.processes import wait_until

HOSTILE = "\"'><script>alert(1)</script><b>&\u202eevil\x1b[31m"


class Structure(html.parser.HTMLParser):
    """The elements of a page, and its attributes' names."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(name for name, _ in attrs)))


@pytest.fixture
def central(installed):
    installed.start_central()
    return installed


def paths_of(central):
    with owner_of(central) as owner:
        tasks, runs = owner.get("/api/v1/tasks").body["items"], owner.get("/api/v1/runs").body["items"]
        data = owner.get("/api/v1/data").body["items"]

    def ask(path, **given):
        return f"{path}?{urllib.parse.urlencode(given)}"

    return [
        "/",
        "/?by=task",
        "/?by=tag",
        "/hosts",
        "/events",
        "/data",
        "/scripts",
        ask("/scripts", q="signature:unverified"),
        *(ask("/host", name=task["host"]) for task in tasks),
        *(ask("/task", host=task["host"], task=task["task"]) for task in tasks),
        *(f"/run/{run['id']}" for run in runs),
        *(f"/run/{run['id']}?vs={runs[0]['id']}" for run in runs),
        *(ask("/datum", host=datum["host"], task=datum["task"], key=datum["key"]) for datum in data),
        *(ask("/rows", t=f"{task['host']}\t{task['task']}") for task in tasks),
    ]


def fill(central, text="plain words"):
    open_run = a_run(say("flag", 101, flag=text[:60], message=text), begins=100, ends=None)
    with agent_of(central) as agent:
        answer = agent.send(
            *a_run(say("log", 10, level="error", message=text, line=41), status=3, outcome="failed"),
            *open_run,
            say("log", 103, task="other", message=text),
            say("data", 104, task="other", data={"key": text, "rows": 7}),
        )
    assert answer.status == 200, answer.body


def fill_scripts(central, text="plain words"):
    told = {"signature": "revoked", "script": text, "script_sha256": "0" * 64, "signer": text}
    signed = a_run(begins=200)
    signed[0].data = {**told, "signature": "ok"}
    with agent_of(central) as agent:
        refused = say("log", 105, task="purge", level="error", message=text, data=told)
        assert agent.send(*signed, refused, first=50).status == 200


def test_every_page_answers_and_names_its_state_in_the_title(central):
    fill(central)
    fill_scripts(central)
    with signed_in(central) as visitor:
        pages = {path: visitor.get(path) for path in paths_of(central)}

    assert {path: page.status for path, page in pages.items() if page.status != 200} == {}
    assert all("<title>" in page.text for path, page in pages.items() if not path.startswith("/rows"))


def test_what_hosts_say_changes_nothing_of_a_pages_structure(central):
    fill(central, HOSTILE)
    fill_scripts(central, HOSTILE)
    with signed_in(central) as visitor:
        pages = {path: visitor.get(path) for path in paths_of(central)}

    for path, page in pages.items():
        assert page.status == 200, path
        elements = Structure(page.text).elements
        assert all(attributes[:1] == ("src",) for tag, attributes in elements if tag == "script"), path
        assert not any(name.startswith("on") for _, attributes in elements for name in attributes), path
        assert "\u202e" not in page.text, path
        assert "\x1b" not in page.text, path


def test_a_failed_run_tells_why_where_and_beside_what(central):
    fill(central)
    with owner_of(central) as owner:
        runs = owner.get("/api/v1/runs").body["items"]
    run, other = sorted(runs, key=lambda one: one["state"] != "failed")[:2]
    with signed_in(central) as visitor:
        page = visitor.get(f"/run/{run['id']}").text
        both = visitor.get(f"/run/{run['id']}?vs={other['id']}").text

    title = page.partition("<title>")[2].partition("</title>")[0]
    assert f"{run['host']}:{run['task']} failed" in title
    assert '<svg class="timeline"' in page
    assert "What it said" in page
    assert f'<option value="{other["id"]}"' in page
    assert "Side by side</h2>" in both


@pytest.mark.parametrize(
    "path", ["/run/no-such-run", "/task?host=a&task=b", "/host?name=nobody", "/datum?host=a&task=b&key=c", "/no/such"]
)
def test_what_is_not_there_is_said_on_a_page(central, path):
    with signed_in(central) as visitor:
        seen = visitor.get(path)

    assert seen.status == 404
    assert seen.headers["content-type"].startswith("text/html")
    assert '<a href="/">' in seen.text
    assert "Not Found" not in seen.text


def test_a_wrong_parameter_is_named(central):
    with signed_in(central) as visitor:
        seen = visitor.get("/?sort=up")

    assert seen.status == 400
    assert "sort" in seen.text


def test_a_note_and_a_trouble_taken_are_shown_with_who_and_when(central):
    with agent_of(central) as agent:
        agent.send(say("log", level="error", task="backup", message="disk gone"))
        host = owner_host(central)
    with owner_of(central) as owner:
        about = {"host": host, "task": "backup", "owner": "the <team>", "description": "all dumps"}
        assert owner.call("PUT", "/api/v1/about", json.dumps(about).encode()).status == 200
    with signed_in(central) as visitor:
        noted = visitor.post("/note", {"host": host, "task": "backup", "text": "called the <vendor>"}, **OWN)
        taken = visitor.post("/note", {"host": host, "task": "backup", "kind": "take"}, **OWN)
        page, first = visitor.get(noted.headers["location"]).text, visitor.get("/").text
    with owner_of(central) as owner:
        told = owner.get("/api/v1/tasks").body["items"][0]["taken"]

    assert (noted.status, taken.status) == (303, 303)
    assert "called the &lt;vendor&gt;" in page
    assert "owner, today" in page or "owner, 20" in page
    assert (
        '<span class="text">all dumps</span><br>Looked after by <b>the &lt;team&gt;</b>. <small class="whose"' in page
    )
    assert "taken by owner" in first
    assert told["by"] == "owner"


def owner_host(central):
    with owner_of(central) as owner:
        return str(owner.get("/api/v1/tasks").body["items"][0]["host"])


def test_a_trouble_that_is_over_is_nobodys_any_more(central):
    def tell(level, message):
        # By the clock on the wall, as the take is: else an alert of the second trouble would be older than the take.
        agent.send(
            say("log", (time.time_ns() - NOON) / SECOND, level=level, task="backup", message=message), epoch=message
        )

    with agent_of(central) as agent:
        tell("error", "disk gone")
        with owner_of(central) as owner:
            body = b'{"host": "%s", "task": "backup"}' % owner_host(central).encode()
            assert owner.call("POST", "/api/v1/takes", body).status == 201
            tell("ok", "disk is back")
            wait_until(lambda: not owner.get("/api/v1/alerts?state=open").body["items"], "no alert is open")
        tell("error", "gone again")
    with signed_in(central) as visitor:
        assert "taken by" not in visitor.get("/").text


def test_a_note_on_what_nobody_knows_is_refused(central):
    with owner_of(central) as owner:
        answer = owner.call("POST", "/api/v1/notes", b'{"host": "a", "task": "b", "text": "c"}')

    assert answer.status == 404


def test_a_runbook_that_is_no_link_is_refused(central):
    fill(central)
    with owner_of(central) as owner:
        body = b'{"host": "%s", "task": "other", "runbook": "javascript:alert(1)"}' % owner_host(central).encode()
        answer = owner.call("PUT", "/api/v1/about", body)

    assert answer.status == 400


@pytest.mark.parametrize("path", ["/", "/events", "/data", "/hosts"])
def test_a_filter_that_is_not_understood_is_told_where_it_was_typed(central, path):
    with signed_in(central) as visitor:
        seen = visitor.get(f"{path}?q=hots:db1")

    assert seen.status == 400
    assert 'value="hots:db1"' in seen.text
    assert f'action="{path}"' in seen.text
    assert "did you mean `host`" in seen.text


def test_a_filter_chooses_what_is_shown(central):
    fill(central)
    with signed_in(central) as visitor:
        tasks = visitor.get("/?q=task:other").text
        events = visitor.get("/events?q=level%3E%3Derror").text

    assert "other" in tasks
    assert "backup" not in tasks.partition("<main")[2]
    assert "line 41" in events or "plain words" in events
    assert events.count("<tr") == 1


def test_events_are_counted_over_time_and_each_step_narrows_the_search(central):
    fill(central)
    with signed_in(central) as visitor:
        page = visitor.get("/events?q=since:2026-11-20 until:2026-11-25".replace(" ", "%20")).text
        step = html.unescape(page.partition('<a href="/events?q=since')[2].partition('"')[0])
        narrowed = visitor.get("/events?q=since" + step)

    assert 'aria-label="Counted over time: 1 error' in page
    assert narrowed.status == 200
    assert "plain words" in narrowed.text


def test_one_event_is_shown_with_all_that_is_known_of_it(central):
    fill(central, HOSTILE)
    with owner_of(central) as owner:
        events = owner.get("/api/v1/events").body["items"]
    with signed_in(central) as visitor:
        pages = [visitor.get(f"/event/{event['id']}") for event in events]
        gone = visitor.get("/event/01900000-0000-7000-8000-0000deadbeef")

    assert {page.status for page in pages} == {200}
    assert all("<script>" not in page.text for page in pages)
    assert gone.status == 404


def test_what_is_newer_is_sent_as_lines(central):
    fill(central)
    with owner_of(central) as owner:
        newest = owner.get("/api/v1/events?limit=1").body["items"][0]["id"]
    with agent_of(central) as agent:
        agent.send(say("log", 900, message="just said"), epoch="newer")
    with signed_in(central) as visitor:
        page = visitor.get(f"/events/newer?than={newest}").text

    assert page.count("<tr") == 1
    assert "just said" in page


def test_a_search_is_saved_as_csv_that_computes_nothing(central):
    fill(central, "=HYPERLINK(1)")
    with signed_in(central) as visitor:
        csv_file = visitor.get("/events/export?form=csv&q=level:error")
        lines = visitor.get("/events/export?form=ndjson")
        wrong = visitor.get("/events/export?form=xls")

    rows = list(csv.DictReader(io.StringIO(csv_file.text)))
    assert [row["message"] for row in rows] == ["'=HYPERLINK(1)"]
    assert 'filename="hume-events-' in csv_file.headers["content-disposition"]
    assert len([json.loads(line) for line in lines.text.splitlines()]) == 6
    assert wrong.status == 400


def test_counts_are_told_by_the_api(central):
    fill(central)
    with owner_of(central) as owner:
        counts = owner.get("/api/v1/events/counts?q=since:2026-11-20%20until:2026-11-25&level=error").body

    assert [item["levels"] for item in counts["items"]] == [{"error": 1}]
    assert "counted_since" not in counts


def test_a_search_that_nothing_but_looking_finds_says_how_far_it_looked_and_goes_on(central):
    fill(central)
    central.end_all()
    # Each answer takes "long", and its first stretch is of five events.
    hasty = central.root / "sitecustomize.py"
    hasty.write_text(
        "import humeops.central.store.questions.lookback as lookback\n"
        "real = lookback.at_most\n"
        "def at_most(connection, seconds):\n"
        "    if seconds == lookback.QUICK_SECONDS: raise lookback.TooLongError('at once')\n"
        "    return real(connection, 10)\n"
        "lookback.at_most, lookback.LONG_SECONDS, lookback.FIRST = at_most, 0, 5\n"
    )
    central.start_central(PYTHONPATH=str(central.root))
    with signed_in(central) as visitor:
        first = visitor.get("/events?q=-task:*").text
        link = html.unescape(first.partition('<p class="more">')[2].partition('href="')[2].partition('"')[0])
        second = visitor.get(link).text
        exported = visitor.get("/events/export?q=-task:none&form=ndjson").text
        everything = visitor.get("/events/export?q=task:*&form=ndjson").text
    command = [sys.executable, "-m", "humeops.cli.main", "events", "not", "task:none", "-o", "ndjson"]
    told = subprocess.run(command, env=central.environ(), capture_output=True, text=True, timeout=60, check=True).stdout

    assert "None so far." in first
    assert "every event was looked at, back to" in first
    assert "Look further" in first
    assert second != first
    assert sorted(exported.splitlines()) == sorted(everything.splitlines())
    assert len(told.splitlines()) == len(exported.splitlines()) > 5


def test_a_note_of_two_lines_stays_one_of_two_lines(central):
    with agent_of(central) as agent:
        agent.send(say("log", level="error", task="backup", message="disk gone"))
        host = owner_host(central)
    with signed_in(central) as visitor:
        noted = visitor.post("/note", {"host": host, "task": "backup", "text": "called them\r\nthey come"}, **OWN)
        page = visitor.get(noted.headers["location"]).text

    assert "called them\nthey come" in page
