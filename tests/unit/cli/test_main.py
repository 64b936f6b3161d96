# SPDX-License-Identifier: MIT
"""Wrong usage is one line and 64; every other failure is one line with its own status; nothing is a traceback."""

import os
import pathlib
import subprocess
import sys

import pytest

from humeops.cli import saying, verbs
from humeops.errors import Exit


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["stauts"], "hume: no verb 'stauts'; did you mean status?"),
        (["stat"], "hume: no verb 'stat'; did you mean status?"),
        (["wran", "x"], "hume: no verb 'wran'; did you mean warn?"),
        (["begin"], "hume: no verb 'begin'; did you mean start?"),
        (["xyzzy"], "hume: no verb 'xyzzy' (hume --help lists them)"),
        (["\x1b[2J"], "hume: no verb '\\x1b[2J' (hume --help lists them)"),
        (["--colour"], "hume: no such option: --colour"),
        (["start", "x"], "hume: `start` is said by the native client `hume`, not by hume-cli"),
        (
            ["events", "-tag:x"],
            "hume: events: no such option: -t; in a filter, `not` leaves out what follows: not task:backup (hume help events)",
        ),
        (["runs", "--failde"], "hume: runs: no such option: --failde; did you mean --failed (hume help runs)"),
        (
            ["runs", "--limit", "0"],
            "hume: runs: invalid value for '--limit': 0 is not in the range x>=1 (hume help runs)",
        ),
        (["show", "a", "b"], "hume: show: got unexpected extra argument (b) (hume help show)"),
        (["watch", "add", "x"], "hume: watch: say what is expected, such as --every 1d (hume help watch)"),
        (["silence", "host:vm"], "hume: silence: missing option '--why' (hume help silence)"),
        (
            ["silence", "host:vm", "--for", "99999d", "--why", "x"],
            "hume: silence: that is too long: --for takes at most 365d each time, and it ends by 2260 (hume help silence)",
        ),
        (["watch"], "hume: watch: say what to do: add, apply, list, pause, remove, show (hume help watch)"),
        (["watch", "pause", "x", "--end", "--for", "2h"], "hume: watch: --for or --end, not both (hume help watch)"),
        (["completion"], "hume: completion: missing argument 'SHELL' (hume help completion)"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_wrong_usage_is_one_line_with_the_right_spelling(hume, arguments, line):
    said = hume(*arguments)

    assert (said.status, said.out) == (Exit.USAGE, "")
    assert said.err == line + "\n"


def test_a_wrong_word_of_an_option_is_answered_with_the_right_one(hume, fake):
    for arguments, meant in (
        (("runs", "-o", "jsno"), "did you mean json?"),
        (("runs", "--state", "faild"), "did you mean failed?"),
        (("events", "--level", "wraning"), "did you mean warning?"),
        (("runs", "--since", "soon"), "write one such as 15m, 2h"),
        (("runs", "--columns", "sate"), "did you mean state?"),
        (("status", "--columns", "last_run.duration,tsak"), "did you mean task?"),
    ):
        said = hume(*arguments, ask=fake)

        assert said.status == Exit.USAGE
        assert said.err.count("\n") == 1
        assert meant in said.err


@pytest.mark.parametrize("verb", verbs.PEOPLE)
def test_every_verb_has_help(hume, verb):
    assert hume("help", verb).status == hume(verb, "--help").status == 0


def test_help_lists_all_verbs(hume):
    said = hume()

    assert said.status == 0
    assert all(f"  hume {verb} " in said.out for verb in [*verbs.PEOPLE, *verbs.NATIVE])
    assert hume("help", "warn").out.startswith("an event: hume warn TEXT\n\n  --task ")
    assert hume("--version").out == hume("version").out != ""


@pytest.mark.parametrize("verb", verbs.NATIVE)
def test_help_of_a_native_verb_explains_each_option_it_takes(hume, verb):
    said = hume("help", verb)

    assert said.status == 0
    assert [line.split()[0] for line in said.out.splitlines()[2:]] == saying.options_of(verb)
    assert all(len(line) <= 90 for line in said.out.splitlines())


def test_central_not_there_is_75_with_a_hint(hume, tmp_path, monkeypatch):
    for arguments in (["status"], ["runs"], ["show"], ["events"], ["data"]):
        said = hume(*arguments)

        assert said.status == Exit.UNAVAILABLE
        assert said.err == f"hume: no central here ({tmp_path}/hume/central.url is missing); start it with: hume up\n"
    monkeypatch.setenv("HUME_TOKEN", "x")
    said = hume("status", "--central", "http://127.0.0.1:1")
    assert said.status == Exit.UNAVAILABLE
    assert (
        said.err == "hume: central at http://127.0.0.1:1 does not answer (connection refused); start it with: hume up\n"
    )


def test_a_wrong_address_is_wrong_usage(hume):
    said = hume("status", "--central", "127.0.0.1:4863")

    assert said.status == Exit.USAGE
    assert "it looks like http://127.0.0.1:4863" in said.err


def test_a_token_that_is_not_accepted_is_77(hume, fake, monkeypatch):
    monkeypatch.setenv("HUME_TOKEN", "wrong")

    said = hume("status", "--central", fake.url)

    assert said.status == Exit.REFUSED
    assert said.err == f"hume: central at {fake.url} does not accept this token: not signed in\n"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, b"<html>", Exit.SOFTWARE),
        (503, b'{"title":"busy","status":503}', Exit.UNAVAILABLE),
        (400, b'{"title":"bad","status":400,"detail":"no such tag"}', Exit.USAGE),
        (200, b'{"items":[{"host":1}]}', Exit.SOFTWARE),
        (200, b"\xff", Exit.SOFTWARE),
        (302, b"", Exit.SOFTWARE),
    ],
)
def test_whatever_central_answers_it_is_one_line(hume, fake, status, body, code):
    fake.broken = (status, body)

    said = hume("status", ask=fake)

    assert (said.status, said.out) == (code, "")
    assert said.err.startswith("hume: ")
    assert said.err.count("\n") == 1


def test_the_folders_token_goes_to_the_folders_central_only(hume, filled, tmp_path):
    folder = tmp_path / "hume"
    folder.mkdir()
    (folder / "token").write_text("a-token\n")
    (folder / "central.url").write_text("http://127.0.0.1:1\n")

    assert hume("status", "--central", filled.url).status == Exit.REFUSED
    assert filled.asked == []
    (folder / "central.url").write_text(filled.url + "\n")
    assert hume("status").status == 2


def _run(arguments, **more):
    source = pathlib.Path(verbs.__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(source), **more.pop("environ", {})}
    return subprocess.Popen([sys.executable, "-m", "humeops.cli.main", *arguments], env=environ, text=True, **more)


def test_a_closed_pipe_is_silent(filled):
    filled.runs = filled.runs * 2000
    reader, writer = os.pipe()
    os.close(reader)

    process = _run(
        ["runs", "--limit", "6000", "-o", "ndjson"],
        environ={"HUME_CENTRAL": filled.url, "HUME_TOKEN": "a-token"},
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)

    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 141


def test_starting_up_loads_no_server_and_no_rich():
    code = (
        "import sys; from humeops.cli import main; main.run(['status']);"
        "print([name for name in ('rich', 'sqlalchemy', 'litestar', 'zmq', 'asyncio', 'difflib', 'sqlite3') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == "[]\n"


_BARE = """
import importlib, sys
sys.modules |= dict.fromkeys(sys.argv[1].split())
for verb in sys.argv[2].split():
    importlib.import_module(f"humeops.cli.{verb}")
"""
# What `pip install humeops` without extras does not bring.
_EXTRAS = (
    "alembic apprise argon2 authlib cronsim inotify_simple jinja2 joserfc litestar oncalendar pluggy prometheus_client "
    "psycopg re2 redis sqlalchemy structlog uvicorn zmq zstandard"
)


def test_every_verb_but_that_of_central_itself_works_in_a_bare_install():
    asked = " ".join({*verbs.PEOPLE, *verbs.HANDED_OVER} - {"central"})

    done = subprocess.run(
        [sys.executable, "-c", _BARE, _EXTRAS, asked], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", ""),
        ("runs", ""),
        ("status", " "),
        ("data", ""),
        ("runs", "--host", ""),
        ("status", "--tag", ""),
        ("events", "--run", ""),
        ("data", "--key", ""),
    ],
    ids=" ".join,
)
def test_a_name_from_a_variable_that_is_not_set_is_wrong_usage_not_everything(hume, fake, arguments):
    said = hume(*arguments, ask=fake)

    assert (said.status, said.out, fake.asked) == (Exit.USAGE, "", [])
    assert "it is empty; perhaps a variable is not set" in said.err
    assert said.err.count("\n") == 1


def test_a_name_that_is_not_utf8_is_wrong_usage(hume, fake):
    said = hume("show", "caf\udce9", ask=fake)

    assert (said.status, said.err.count("\n")) == (Exit.USAGE, 1)
    assert "is not UTF-8" in said.err


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_of_dots_is_no_step_in_the_address(hume, fake, name):
    assert hume("show", name, ask=fake).err == f"hume: no such run: {name}\n"


@pytest.mark.parametrize("token", ["two\nlines", "two words", "t\u00f6ken", "\udcff\udcfe"], ids=ascii)
def test_what_cannot_be_a_token_is_not_sent(hume, fake, monkeypatch, tmp_path, token):
    folder = tmp_path / "hume"
    folder.mkdir()
    (folder / "central.url").write_text(fake.url + "\n")
    (folder / "token").write_bytes(token.encode("utf-8", "surrogateescape").replace(b"\n", b" "))
    told = "is no token: a token is one word of ASCII characters\n"

    said = hume("status")
    monkeypatch.setenv("HUME_TOKEN", token)

    assert (said.status, said.err) == (Exit.REFUSED, f"hume: what is in {folder}/token {told}")
    said = hume("status")
    assert (said.status, said.err) == (Exit.REFUSED, f"hume: what is in HUME_TOKEN {told}")
    assert fake.asked == []


@pytest.mark.parametrize("arguments", [["help"], ["show", "--help"], ["events"]], ids=" ".join)
def test_a_full_disk_under_the_output_is_74_and_one_line(filled, arguments):
    environ = {"HUME_CENTRAL": filled.url, "HUME_TOKEN": "a-token"}
    with open("/dev/full", "w") as full:
        process = _run(arguments, environ=environ, stdout=full, stderr=subprocess.PIPE)

    assert process.communicate(timeout=60)[1] == "hume: the output cannot be written: no space left on device\n"
    assert process.returncode == Exit.IO


_CTRL_C_WHILE_LOADING = """
import os, signal, sys
module = sys.argv[1]
class Interrupts:
    def find_spec(self, name, path, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from humeops.cli import main
sys.argv[1:] = ["status"]
main.main()
"""


@pytest.mark.parametrize("module", ["click", "humeops.cli.verbgroup", "urllib3", "humeops.cli.status"])
def test_ctrl_c_while_it_is_loading_is_130_and_silent(module):
    done = subprocess.run(
        [sys.executable, "-c", _CTRL_C_WHILE_LOADING, module], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
