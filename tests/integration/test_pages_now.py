# SPDX-License-Identifier: MIT
"""The first page: what is wrong, the worst first; then everything under headings, each with its first tasks and a way to all of them."""

import html
import urllib.parse

from tests.fixtures.asking import agent_of
from tests.fixtures.browsing import signed_in
from tests.fixtures.events import say
from tests.integration.test_pages import central, fill

__all__ = ["central"]


def test_now_shows_the_worst_and_leads_to_all_that_is_wrong(central):
    with agent_of(central) as agent:
        assert (
            agent.send(*(say("log", n, task=f"sweep{n}", level="error", message="no") for n in range(35))).status == 200
        )

    with signed_in(central) as visitor:
        page = visitor.get("/?q=task:sweep* or task:none")
        link = html.unescape(page.text.partition('30 of 35 troubles. <a href="')[2].partition('"')[0])
        led = visitor.get(link)

    assert page.text.count("data-trouble") == 30
    assert urllib.parse.unquote_plus(link) == "/?q=(task:sweep* or task:none) state:problem"
    assert "30 of 35 troubles</p>" in led.text
    assert led.text.count("<tr ") == 65


def test_the_worst_is_shown_wherever_its_name_stands(central):
    with agent_of(central) as agent:
        warned = [say("log", n, task=f"sweep{n}", level="warning", message="late") for n in range(35)]
        assert agent.send(*warned, say("log", 50, task="zz", level="error", message="no")).status == 200

    with signed_in(central) as visitor:
        page = visitor.get("/")

    troubles = page.text.partition('aria-label="What is wrong"')[2].partition("</table>")[0]
    assert "30 of 36 troubles" in page.text
    assert troubles.index("<b>zz</b>") < troubles.index("<b>sweep")
    assert troubles.count("data-trouble") == 30


def test_everything_stands_by_tag_too(central):
    fill(central)
    with agent_of(central) as agent:
        agent.send(say("log", 200, task="tagged", level="error", tags=["cron", "db"]), epoch="tags")
    with signed_in(central) as visitor:
        page = visitor.get("/?by=tag").text
        narrowed = visitor.get("/?by=tag&q=tag:db").text

    assert page.index(">cron</a>") < page.index(">db</a>") < page.index("no tag")
    assert "no tag" not in narrowed.partition("<main")[2]


def test_of_many_under_one_tag_the_first_are_shown_and_the_others_are_one_link_away(central):
    said = [
        say("log", number, task=f"sweep{number:03}", tags=["all", "b" if number % 2 else "c"]) for number in range(120)
    ]
    with agent_of(central) as agent:
        agent.send(*said, say("log", 130, task="alone", level="error", tags=["all"]), epoch="many")
    with signed_in(central) as visitor:
        page = visitor.get("/?by=tag&q=task:sweep*").text
        link = html.unescape(page.partition('of 120. <a href="')[2].partition('"')[0])
        led = visitor.get(link)
        after = html.unescape(led.text.partition('<p class="more"><a href="')[2].partition('"')[0])
        more = visitor.get(after).text
        failed = html.unescape(
            visitor.get("/?by=tag").text.partition('<a class="state failed" href="')[2].partition('"')[0]
        )
        one = visitor.get(failed).text

    assert [page.count(f"The first 33 of {number:}.") for number in (120, 60)] == [1, 2]
    assert urllib.parse.unquote_plus(link) == "/?q=task:sweep* tag:all&by=host&all=true"
    assert "The first" not in led.text
    assert (led.text.count("<tr "), more.count("<tr ")) == (100, 20)
    assert urllib.parse.unquote_plus(failed) == "/?q=tag:all state:failed&by=host"
    assert one.count("<tr ") == 2  # among the troubles, and under its host
    assert "alone" in one


def test_the_numbers_of_now_lead_to_what_they_count_and_what_finds_nothing_says_so(central):
    fill(central)
    with agent_of(central) as agent:
        agent.send(say("log", 1, task="apart", level="error", message="disk gone"), epoch="apart")
    with signed_in(central) as visitor:
        page = visitor.get("/?q=task:apart&by=task").text
        link = html.unescape(page.partition('<a class="count failed" href="')[2].partition('"')[0])
        nothing = visitor.get("/?q=host:nowhere").text
        untagged = visitor.get("/?by=tag&q=task:apart").text

    assert urllib.parse.unquote_plus(link) == "/?q=task:apart state:failed&by=task"
    assert "No task matches." in nothing
    assert "No task yet" not in nothing
    assert "all well" not in nothing
    assert "1 failed" in untagged.partition("no tag")[2]
