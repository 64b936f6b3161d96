# SPDX-License-Identifier: MIT
import html.parser
import json
import re
import unicodedata

import hypothesis
import pytest
from hypothesis import strategies

from humeops.central import delivering
from humeops.central.notify import document, mail, wording
from humeops.central.notify.channel import NotifySettings
from humeops.central.notify.message import Item, Line, Message
from humeops.central.notify.wording import Wording
from humeops.errors import ConfigError
from tests.fixtures import telling

WORDING = Wording(zone="Europe/Madrid")
NASTY = strategies.text(max_size=60) | strategies.sampled_from(
    [
        "\r\nBcc: x@y",
        "</pre><script>alert(1)</script>",
        "\x1b]0;owned\x07",
        "\u202egnp.exe",
        "{{ 7 * 7 }}",
        "\ud800",
        "a" * 3_000,
    ]
)
ITEMS = strategies.builds(
    Item,
    host=NASTY,
    task=NASTY,
    before=NASTY,
    state=strategies.sampled_from(["failed", "ok", "silent"]) | NASTY,
    reason=NASTY,
    since_ns=strategies.integers(0, 2**62),
    url=NASTY,
    compared=NASTY,
    events=strategies.lists(
        strategies.builds(Line, time_ns=strategies.integers(0, 2**62), level=NASTY, message=NASTY), max_size=2
    ).map(tuple),
    output=NASTY,
    tags=strategies.lists(NASTY, max_size=2).map(tuple),
    owner=NASTY,
    description=NASTY,
    runbook=NASTY,
)
MESSAGES = strategies.builds(
    Message,
    key=NASTY,
    kind=strategies.sampled_from(["problem", "recovery", "reminder", "escalation", "digest", "notice", "test"]),
    time_ns=strategies.integers(0, 2**62),
    items=strategies.lists(ITEMS, max_size=3).map(tuple),
    note=NASTY,
)


class _Tags(html.parser.HTMLParser):
    """The elements of a page, and where it leads."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.attributes = [], [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [text for name, text in attrs if name in ("href", "src")]


def _steers(text):
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]


@hypothesis.given(MESSAGES)
def test_nothing_that_was_said_steers_a_terminal_a_header_or_a_page(message):
    subject, short, text = WORDING.subject(message), WORDING.short(message), WORDING.text(message)
    page = _Tags(WORDING.html(message))

    assert _steers(subject + short + text) == []
    assert "\n" not in subject + short
    assert (len(subject) <= 200, len(short) <= 500) == (True, True)
    assert "script" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on")]
    assert [link for link in page.links if not re.match("https?://", link)] == []


@hypothesis.given(MESSAGES)
def test_whatever_was_said_makes_a_mail_of_these_headers_and_a_document(message):
    channel = mail.Mail(to=("ops@example.org",), sender="hume@example.org")
    made = mail.compose(channel, message, WORDING, telling.AT)

    assert sorted(set(made.keys())) == sorted(made.keys())
    assert b"\nBcc:" not in made.as_bytes().partition(b"\r\n\r\n")[0]
    assert json.loads(document.of(message, "", "", ""))["type"] == f"hume.{message.kind}"


def _grouped(count, **given):
    return [telling.item(task=f"task-{number}", **given) for number in range(count)]


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        (telling.message(), "backup on db1 failed: exit 3 at line 41, after db-dumped"),
        (telling.message(kind="reminder"), "still: backup on db1 failed: exit 3 at line 41, after db-dumped"),
        (
            telling.message(telling.item(state="ok", reason="", downtime_ns=7_500_000_000_000), kind="recovery"),
            "backup on db1 is ok again after 2 h 5 min",
        ),
        (telling.message(telling.item(task="", state="silent", reason="")), "db1 is silent"),
        (telling.message(*_grouped(18), *_grouped(2, state="lost")), "20 tasks on db1: 18 failed, 2 lost"),
        (telling.message(*_grouped(1), *_grouped(1, host="db2")), "2 tasks on 2 hosts: 2 failed"),
        (telling.message(*_grouped(3, state="ok"), kind="recovery"), "3 tasks on db1 are well again"),
        (telling.message(*_grouped(2), *_grouped(1, state="ok"), kind="digest"), "digest: 3 changes, 2 failed, 1 ok"),
        (
            Message(key="k", kind="notice", time_ns=1, items=(), note="central was away for 1 h"),
            "central was away for 1 h",
        ),
        (Message(key="k", kind="test", time_ns=1, items=()), "a test message"),
    ],
)
def test_subjects(message, subject):
    assert WORDING.subject(message) == f"[hume] {subject}"


def test_times_are_those_of_the_zone_which_is_named():
    assert "2026-11-28 03:10:02 CET" in WORDING.text(telling.message())
    assert "2026-11-28 02:10:02 UTC" in WORDING.in_zone("UTC").text(telling.message())
    assert "times are those of Europe/Madrid (CET)" in WORDING.text(telling.message())


def test_a_great_many_items_are_counted_and_not_all_shown():
    text = WORDING.text(telling.message(*_grouped(1_000)))

    assert "1000 failed" in text
    assert "and 900 more" in text


def test_a_template_of_ones_own_is_used():
    own = Wording({"subject": "{{ one.host }}!", "html": "<b>{{ one.reason }}</b>"}, "UTC")
    message = telling.message(telling.item(reason="<i>"))

    assert own.subject(message) == "db1!"
    assert own.html(message) == "<b>&lt;i&gt;</b>\n"
    assert own.short(message).startswith("backup on db1 failed")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% if %}", "line 1: Expected an expression"),
        ("a\n{{ nme }}", "line 2: 'nme' is undefined"),
        ("{{ ().__class__.__mro__ }}", "unsafe"),
        ("{{ 'a' * 10 ** 10 }}", "too much memory"),
        ("{% for a in range(99999) %}xxxxxxxx{% endfor %}", "more than 100,000 characters"),
        ("{% include '/etc/passwd' %}", "no loader"),
        ("{# nothing #}", "it made nothing"),
    ],
)
def test_one_that_fails_gives_way_to_the_built_in_one_and_the_message_says_so(template, said):
    text = Wording({"text": template}, "UTC").text(telling.message())

    assert "backup on db1 failed" in text
    assert re.search(rf"\(your template `text` failed, this is hume's own: .*{said}", text)


def test_one_without_an_end_has_its_time_and_takes_no_other_with_it():
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    own = Wording({"short": endless, "subject": "mine"}, "UTC")

    message = telling.message()

    assert own.short(message).startswith("backup on db1 failed")
    assert own.subject(message) == "mine"


def test_a_folder_of_templates_is_read_and_tried(tmp_path):
    (tmp_path / "subject.txt").write_text("{{ count }} things")
    assert wording.read(tmp_path) == {"subject": "{{ count }} things"}

    (tmp_path / "subject.txt").write_text("{{ one.name }}")
    with pytest.raises(ConfigError, match=r"subject.txt: with a message of kind `recovery`: line 1: 'None' has no"):
        wording.read(tmp_path)


def test_a_folder_that_holds_something_else_or_is_none_is_said_so(tmp_path):
    (tmp_path / "subjekt.txt").write_text("x")
    with pytest.raises(ConfigError, match=r"subjekt.txt: no such template; their names are subject.txt"):
        wording.read(tmp_path)
    with pytest.raises(ConfigError, match=r"`notify.templates`: .*no such file"):
        wording.read(tmp_path / "nowhere")


def test_templates_that_do_not_work_keep_nobody_from_being_told(tmp_path, caplog):
    (tmp_path / "subject.txt").write_text("{{ one.name }}")
    settings = NotifySettings(templates=str(tmp_path))
    with pytest.raises(ConfigError):
        wording.of(settings, tmp_path)

    delivering.Delivery(settings, tmp_path)

    assert "hume's own templates" in caplog.text


def test_each_of_several_says_whose_it_is_what_to_do_and_how_its_output_ends():
    many = telling.message(
        telling.item(output="one\ntwo\nthree\nfour <b>\n"),
        telling.item(task="copy", owner="", output="", runbook="call Ana"),
    )
    text, page = WORDING.text(many), WORDING.html(many)

    assert (
        "owner dba team, runbook https://wiki.example/backup\n           | two\n           | three\n           | four <b>\n"
        in text
    )
    assert "           runbook call Ana\n" in text
    assert "two\nthree\nfour &lt;b&gt;</pre>" in page
    assert 'href="https://wiki.example/backup"' in page
