# SPDX-License-Identifier: MIT
"""Alerts as people meet them, on real processes: a script fails, a webhook hears of it, somebody takes it, silences it, ends that."""

import json

import pytest

from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.hook import Hook
from tests.fixtures.processes import wait_until

BOOK = """
[[rule]]
name = "everything"
when = "state:failed,late,lost,overdue"
wait = "0"

[channel.ops]
type = "webhook"
url = "{url}"
"""


@pytest.fixture
def hook():
    with Hook() as made:
        yield made


@pytest.fixture
def central(installed, hook):
    (installed.root / "central.toml").write_text(
        '[notify]\ninternal = ["127.0.0.1"]\n[alert]\nurl = "https://hume.example.net"\n'
    )
    installed.start_central()
    apply(installed, BOOK.format(url=hook.url))
    return installed


def apply(installed, text, *options, status=0):
    file = installed.root / "alerts.toml"
    file.write_text(text)
    done = installed.hume("alert", "apply", str(file), *(options or ("--yes",)))
    assert done.returncode == status, done.stderr
    return done


def listed(installed, *words):
    done = installed.hume(*words, "list", "-o", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_script_that_fails_is_told_of_with_its_reason_and_so_is_that_it_is_well_again(central, hook):
    central.start_humed()
    central.hume("run", "-t", "backup", "--", "sh", "-c", "echo no space left >&2; exit 3")
    wait_until(lambda: hook.got, "it is told")

    (item,) = hook.got[0][1]["items"]
    assert (item["task"], item["state"]) == ("backup", "failed")
    assert item["reason"].startswith("exit 3")
    assert "no space left" in item["output"]
    assert item["url"].startswith("https://hume.example.net/run/")
    central.hume("run", "-t", "backup", "--", "true")
    wait_until(lambda: hook.told("recovery"), "it is well again")
    assert listed(central, "alert") == []
    assert "told to ops " in central.hume("alert", "list", "task:backup state:failed", "--all").stdout
    for words, said in (
        (["take", "backup"], "is well: there is nothing to take"),
        (["take", "backup", "--release"], "nobody has taken"),
    ):
        done = central.hume(*words)
        assert (done.returncode, said in done.stderr) == (1, True)


def test_who_takes_it_is_seen_and_what_is_silenced_is_not_told(central, hook):
    central.start_humed()
    central.hume("run", "-t", "backup", "--", "false")
    wait_until(lambda: hook.got, "it is told")
    assert central.hume("take", "backup").returncode == 0
    wait_until(lambda: [one["state"] for one in listed(central, "alert")] == ["taken"], "it is taken")

    said = central.hume("silence", "task:copy*", "--for", "2h", "--why", "moving disks")
    assert (said.returncode, "; 0 tasks fit it now" in said.stdout) == (0, True)
    central.hume("run", "-t", "copy-1", "--", "false")
    wait_until(lambda: "silenced" in [one["state"] for one in listed(central, "alert")], "it is silenced")
    assert len(hook.got) == 1
    (silence,) = listed(central, "silence")
    assert (silence["why"], silence["state"]) == ("moving disks", "holds")

    assert central.hume("silence", "end", str(silence["id"])).returncode == 0
    wait_until(lambda: len(hook.got) == 2, "what is still wrong is told")
    assert listed(central, "silence") == []
    assert "; 1 task fits it now" in central.hume("silence", "task:backup", "--for", "2h", "--why", "x").stdout


def test_the_difference_is_shown_first_and_what_is_exported_can_be_applied_again(central, hook):
    shown = apply(central, BOOK.format(url=hook.url).replace('wait = "0"', 'wait = "1m"'), "--dry-run").stdout
    assert "~ rule everything" in shown
    assert '+ wait = "1m"' in shown

    exported = central.hume("alert", "export").stdout

    assert hook.url not in exported
    assert "Nothing changes." in apply(central, exported).stdout
    central.hume("alert", "test", "ops")
    assert [body["kind"] for _, body in hook.got] == ["test"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\nname = "a"\nwhen = "sate:failed"', "did you mean `state`"),
        ('[[rule]]\nname = "a"\nafter = "soon"', "`after`"),
        ('[[route]]\nto = ["nobody"]', "there is no channel"),
        ('[[route]]\nto = []\nquiet = "22-07"', "no time of the week"),
        ('[channel.x]\ntype = "pigeon"', "mail, webhook"),
        ("rules = 3", "rules"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_changes(central, text, said):
    before = central.hume("alert", "export").stdout

    done = apply(central, text, status=64)

    assert said in done.stderr
    assert central.hume("alert", "export").stdout == before


BROKEN = """
[[rule]]
name = "everything"

[channel.pager]
type = "command"
argv = ["/no/such/program"]

[channel."on call"]
type = "mail"
to = ["nobody"]
from = "hume@example.org"

[channel.hook]
type = "webhook"
url = "https://10.1.2.3/x"
"""


def test_channels_that_can_never_work_are_told_each_with_its_line(central):
    before = central.hume("alert", "export").stdout
    done = apply(central, BROKEN, status=64)

    lines = done.stderr.splitlines()
    file = central.root / "alerts.toml"
    assert [line.partition(": channel")[0] for line in lines] == [f"hume: {file}:{number}" for number in (7, 11, 14)]
    assert "notify.commands" in lines[0]
    assert "a mail address is expected" in lines[1]
    assert "notify.internal" in lines[2]
    assert central.hume("alert", "export").stdout == before

    lonely = BROKEN.replace('to = ["nobody"]', 'to = ["ops@example.org"]')
    assert apply(central, lonely, "--yes", "--unchecked").returncode == 0


def test_a_channel_that_does_not_work_says_why(central, hook):
    hook.status = 410
    failed = central.hume("alert", "test", "ops")

    assert failed.returncode not in (0, 64)
    assert "410" in failed.stderr
    assert central.hume("alert", "test", "nobody").returncode == 65


def test_a_silence_needs_an_end_and_a_filter_that_is_one(central):
    bare = central.hume("silence", "*", "--for", "1h", "--why", "x")
    assert (bare.returncode, "say host:*" in bare.stderr) == (64, True)
    for wrong in (["host:db1"], ["hots:db1", "--for", "1h"], ["host:db1", "--for", "1h", "--cron", "61 * * * *"]):
        assert central.hume("silence", *wrong, "--why", "x").returncode == 64
    there = central.hume("silence", "host:db1", "--until", "2099-01-01T00:00", "--tz", "America/New_York", "--why", "x")
    assert there.returncode == 0, there.stderr
    assert listed(central, "silence")[0]["ends_at"] == 4_070_926_800_000_000_000
    for wrong in (["--until", "soon"], ["--until", "2099-01-01", "--tz", "Mars"]):
        assert central.hume("silence", "host:db1", *wrong, "--why", "x").returncode == 64
    repeated = central.hume("silence", "host:db1", "--for", "1h", "--cron", "0 2 * * sun", "--why", "patches")
    assert repeated.returncode == 0
    assert listed(central, "silence")[0]["lasts"] == 3600


def test_an_agent_learns_and_changes_nothing(central):
    with agent_of(central) as agent:
        for path in ("alerts", "alertbook", "channels", "silences", "notifications"):
            assert agent.get(f"/api/v1/{path}").status == 403
        assert agent.call("PUT", "/api/v1/alertbook", b'{"book":{}}').status == 403


def test_central_is_not_ready_while_nobody_tells(central):
    with owner_of(central) as owner:
        assert owner.get("/readyz").status == 200
