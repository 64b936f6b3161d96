# SPDX-License-Identifier: MIT
"""`hume sign`, `hume verify` and `hume run --signed` as people use them: what runs, what does not, and what humed hears of it."""

import datetime
import hashlib
import json
import os
import shutil
import subprocess

import pytest

from humeops.cli import verify
from humeops.cli.terminal import Terminal
from tests.fixtures import signers
from tests.fixtures.processes import find_hume

SCRIPT = """#!/bin/sh
echo "0=$0 1=$1 IFS=$(printf %s "$IFS" | od -An -c | tr -d ' ') BASH_ENV=${BASH_ENV-none} LD_PRELOAD=${LD_PRELOAD-none} PATH=$PATH"
hume info "from within"
exit 3
"""


@pytest.fixture
def host(installed):
    signers.require()
    return signers.Signers(installed.root)


def hume(installed, *words, **environ):
    return subprocess.run(
        [find_hume(), *words],
        env={**installed.environ(), **environ},
        cwd=installed.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sign(installed, host, name, *words):
    done = hume(installed, "sign", name, "--key", str(host.key("ann")), *words)
    assert done.returncode == 0, done.stderr


def run(installed, host, *words, **environ):
    return hume(installed, "run", "--trust", str(host.trust), *words, **environ)


def dropped(installed):
    files = sorted(installed.layout.drop.glob("*.hume"))
    return [json.loads(path.read_bytes().split(b"\n", 1)[1]) for path in files]


def test_a_signed_script_runs_and_its_run_says_who_signed_what(installed, host):
    host.write(SCRIPT)
    sign(installed, host, "job.sh", "--for", "52w")

    done = run(installed, host, "--signed", "./job.sh", "an argument")

    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("0=./job.sh 1=an argument ")
    start, within, stop = dropped(installed)
    assert (start["kind"], start["task"], stop["status"]) == ("start", "job.sh", 3)
    assert start["data"]["signature"] == "ok"
    assert start["data"]["signer"] == "ann@example.com"
    assert len(start["data"]["script_sha256"]) == 64
    assert datetime.datetime.fromisoformat(start["data"]["script_until"]).tzinfo is not None
    assert within["message"] == "from within"
    assert start["origin"]["file"] == str(installed.root / "job.sh")


def test_nothing_in_the_environment_steers_it(installed, host):
    host.write(SCRIPT)
    evil = installed.root / "evil"
    evil.write_text("echo evil; exit 0\n")
    (installed.root / "hume.py").write_text("print('evil')")
    sign(installed, host, "job.sh", "--interpreter", "/bin/bash")
    tricks = {
        "BASH_ENV": str(evil),
        "ENV": str(evil),
        "LD_PRELOAD": "/nowhere/evil.so",
        "IFS": "/",
        "PATH": str(installed.root),
        "PYTHONPATH": str(installed.root),
        "PYTHONSTARTUP": str(evil),
        "SHELLOPTS": "xtrace",
        "BASH_FUNC_echo%%": "() { printf evil; }",
    }

    done = run(installed, host, "--signed", "./job.sh", **tricks)

    assert done.returncode == 3, done.stderr
    assert "evil" not in done.stdout
    assert "BASH_ENV=none LD_PRELOAD=none PATH=/usr/local/sbin:" in done.stdout
    assert "IFS=\\t\\n" in done.stdout


def test_a_variable_that_was_signed_for_gets_through(installed, host):
    host.write('#!/bin/sh\necho "$REGION-$OTHER"\n')
    sign(installed, host, "job.sh", "--env", "REGION")

    assert run(installed, host, "--signed", "job.sh", REGION="eu", OTHER="x").stdout == "eu-\n"


def test_a_changed_script_is_refused_and_said(installed, host):
    script = host.write("#!/bin/sh\ntouch ran\n")
    sign(installed, host, "job.sh")
    script.write_text("#!/bin/sh\ntouch ran # more\n")

    done = run(installed, host, "--signed", "job.sh")

    assert done.returncode == 126
    assert done.stderr.startswith("hume: job.sh is not run: it changed since ann@example.com signed it at ")
    assert not (installed.root / "ran").exists()
    [event] = dropped(installed)
    assert (event["kind"], event["level"], event["task"]) == ("log", "error", "job.sh")
    assert event["data"]["signature"] == "changed"
    assert event["data"]["script"] == str(installed.root / "job.sh")
    assert event["data"]["script_sha256"] == hashlib.sha256(script.read_bytes()).hexdigest()


def report(host):
    (host.trust / "policy.toml").write_text('[[scripts]]\nname = "job*"\npolicy = "report"\n')


def test_under_report_it_runs_all_the_same_and_that_is_a_trouble_of_its_own(installed, host):
    report(host)
    host.write('#!/bin/sh\necho "$0 $1"; exit 4\n').chmod(0o644)

    done = run(installed, host, "--signed", "./job.sh", "x")

    assert (done.returncode, done.stdout) == (4, "./job.sh x\n")
    assert "runs all the same: it is not signed" in done.stderr
    said, start, _ = dropped(installed)
    assert (said["level"], said["task"], said["data"]["signature"]) == ("error", "job.sh signature", "unsigned")
    assert "script_sha256" not in said["data"], "or central would have it as a script of that task"
    assert (start["task"], start["data"]["signature"], start["tags"]) == ("job.sh", "unsigned", ["unsigned"])
    assert start["origin"]["file"] == str(installed.root / "job.sh")


def test_that_trouble_ends_once_with_the_first_run_that_verifies(installed, host):
    report(host)
    host.write("#!/bin/sh\n")
    words = ["-t", "nightly", "-T", "db", "--signed", "job.sh"]
    for _ in range(2):
        assert run(installed, host, *words).returncode == 0
    sign(installed, host, "job.sh")

    for _ in range(2):
        assert run(installed, host, *words).returncode == 0

    said = [event for event in dropped(installed) if event["kind"] == "log"]
    assert [(event["level"], event["task"]) for event in said] == [
        ("error", "nightly signature"),
        ("error", "nightly signature"),
        ("ok", "nightly signature"),
    ]
    assert all(event["tags"] == ["db"] for event in said)


@pytest.mark.parametrize(
    "first",
    ["#!{hume} run --trust {trust} --signed", "#!/usr/bin/env -S {hume} run --trust {trust} --signed", "#!bash", "\0"],
    ids=["hume", "env", "relative", "neither text nor program"],
)
def test_under_report_what_leads_back_to_hume_or_nowhere_is_refused(installed, host, first):
    report(host)
    host.write(first.format(hume=find_hume(), trust=host.trust) + "\ntouch ran\n")

    done = run(installed, host, "--signed", "./job.sh")

    assert (done.returncode, done.stderr.count("\n")) == (126, 1), done.stderr
    assert "its first line names" in done.stderr
    assert not (installed.root / "ran").exists()
    assert [event["task"] for event in dropped(installed)] == ["job.sh"]


def test_under_report_what_names_no_interpreter_runs_as_it_would_without_hume(installed, host):
    report(host)
    host.write('echo "$1"\n', "job-plain")
    shutil.copy("/bin/echo", installed.root / "job-program")

    plain = run(installed, host, "--signed", "./job-plain", "by a shell")
    program = run(installed, host, "--signed", "./job-program", "by itself")

    assert (plain.returncode, plain.stdout) == (0, "by a shell\n"), plain.stderr
    assert (program.returncode, program.stdout) == (0, "by itself\n"), program.stderr
    assert [event["task"] for event in dropped(installed) if event["kind"] == "log"] == [
        "job-plain signature",
        "job-program signature",
    ]


def test_under_report_a_changed_script_runs_with_what_was_signed_to_run_it(installed, host):
    report(host)
    script = host.write(f"#!{find_hume()} run --signed\n")
    sign(installed, host, "job.sh", "--interpreter", "/bin/sh")
    script.write_text(script.read_text() + "echo more\n")

    assert run(installed, host, "--signed", "./job.sh").stdout == "more\n"


@pytest.mark.parametrize(
    ("words", "environ"),
    [(["-t", "nightly"], {}), (["--task=x", "-vtnightly"], {"HUME_TASK": "other"}), ([], {"HUME_TASK": "nightly"})],
    ids=["-t", "joined", "HUME_TASK"],
)
def test_a_refusal_is_said_of_the_task_that_was_named(installed, host, words, environ):
    host.write("#!/bin/sh\n")

    assert run(installed, host, *words, "--tags", "db", "--signed", "job.sh", **environ).returncode == 126

    [event] = dropped(installed)
    assert (event["task"], event["tags"]) == ("nightly", ["db"])


def test_without_a_trust_nothing_runs(installed, host):
    host.write("#!/bin/sh\ntouch ran\n")
    sign(installed, host, "job.sh")
    (host.trust / "revoked").unlink()

    assert run(installed, host, "--signed", "job.sh").returncode == 126
    assert not (installed.root / "ran").exists()


def test_options_of_run_go_before_it_and_the_scripts_after_it(installed, host):
    host.write('#!/bin/sh\necho "$@"; exec sleep 5\n')
    sign(installed, host, "job.sh")

    done = run(installed, host, "-t", "nightly", "--timeout", "1", "--signed", "job.sh", "--timeout", "9", "--", "x")

    assert (done.returncode, done.stdout) == (124, "--timeout 9 -- x\n")
    assert dropped(installed)[0]["task"] == "nightly"


@pytest.mark.parametrize("words", [["run", "--", "echo", "--signed", "x"], ["run", "-t", "--signed", "echo", "x"]])
def test_what_only_looks_like_it_is_not_it(installed, words):
    done = hume(installed, *words)

    assert (done.returncode, done.stdout.strip()) == (
        0,
        " ".join(words[3:] if words[1] == "--" else ["x"]).removeprefix("echo "),
    )


def test_a_python_script_knows_its_name(installed, host):
    host.write("import sys\nprint(sys.argv)\nif __name__ == '__main__':\n    sys.exit(5)\n", "job.py")
    sign(installed, host, "job.py", "--interpreter", "/usr/bin/python3")

    done = run(installed, host, "--signed", "./job.py", "a b")

    assert (done.returncode, done.stdout) == (5, "['./job.py', 'a b']\n"), done.stderr


def test_a_script_says_by_its_first_line_that_it_is_signed(installed, host):
    hume_path = find_hume()
    script = host.write(f"#!/usr/bin/env -S {hume_path} run --trust {host.trust} --signed\necho ran $1\n")
    sign(installed, host, "job.sh", "--interpreter", "/bin/sh")

    done = subprocess.run([script, "once"], env=installed.environ(), capture_output=True, text=True, check=False)
    script.write_text(script.read_text() + "echo twice\n")
    changed = subprocess.run([script, "once"], env=installed.environ(), capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "ran once\n"), done.stderr
    assert (changed.returncode, changed.stdout) == (126, "")


def test_verify_tells_people_and_programs(installed, host):
    host.write(SCRIPT)
    sign(installed, host, "job.sh", "--for", "52w")
    words = ["verify", "--trust", str(host.trust)]

    shown = hume(installed, *words, "job.sh")
    told = json.loads(hume(installed, *words, "-o", "json", "job.sh").stdout)

    assert shown.returncode == 0
    assert "job.sh verifies" in shown.stdout
    assert (told["state"], told["manifest"]["version"], told["policy"]) == ("ok", 1, "refuse")
    (installed.root / "job.sh").write_text("x")
    assert hume(installed, *words, "job.sh").returncode == 126
    assert os.listdir(host.trust).count("versions") == 0


def test_verify_says_that_it_would_run_all_the_same_where_the_policy_is_report(host):
    script = host.write(SCRIPT)
    (host.trust / "policy.toml").write_text('policy = "report"\n')

    shown = list(verify.draw(Terminal(), signers.look(host, script)))

    assert "it would run all the same" in shown[-1]


def test_words_that_make_no_sense(installed, host):
    assert hume(installed, "run", "--signed").returncode == 64
    assert hume(installed, "info", "--signed", "x", "y").returncode == 64
    missing = hume(installed, "sign", "nothing.sh", "--key", str(host.key("ann")))
    assert (missing.returncode, "no such file" in missing.stderr) == (64, True)
    empty = run(installed, host, "--signed", "")
    assert (empty.returncode, "--signed: it is empty" in empty.stderr) == (64, True)


@pytest.mark.parametrize("extra", ["signature=ok", "signer:boss", " script/until=x"])
def test_nobody_says_in_humes_place_who_signed(installed, host, extra):
    host.write("#!/bin/sh\ntouch ran\n")
    sign(installed, host, "job.sh")

    done = run(installed, host, "-x", extra, "--signed", "job.sh")

    assert (done.returncode, "choose another key" in done.stderr) == (64, True)
    assert dropped(installed) == []
