# SPDX-License-Identifier: MIT
"""A real hume-central: its start and stop, its files, its second instance."""

import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile

import msgspec
import pytest

from humeops.central.config import Settings
from tests.fixtures.asking import agent_of, nobody_at, owner_of
from tests.fixtures.events import a_run, say
from tests.fixtures.processes import wait_until


def run_central(*arguments, **environ):
    return subprocess.run(
        [sys.executable, "-m", "humeops.cli.central", *map(str, arguments)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def files_of(installed):
    return {path.name for path in installed.root.iterdir() if path.suffix != ".stderr"}


def test_it_says_one_line_when_it_answers_and_leaves_its_address(installed):
    installed.start_central()

    log = installed.root / "central.stderr"
    # The address is there a moment before the line is.
    wait_until(lambda: log.read_text().endswith("\n"), "it says that it is ready")
    assert re.fullmatch(r"hume-central ready at http://127\.0\.0\.1:\d+\n", log.read_text())
    with nobody_at(installed) as nobody:
        assert nobody.get("/healthz").status == 200
        assert nobody.get("/readyz").status == 200


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_takes_its_address_back(installed, sent):
    central = installed.start_central()
    with agent_of(installed) as agent:
        assert agent.send(*a_run()).status == 200

        central.send_signal(sent)

        assert central.wait(timeout=20) == 0
    assert not installed.layout.central_url.exists()
    assert "central.db-wal" not in files_of(installed)
    assert "Traceback" not in (installed.root / "central.stderr").read_text()


def test_its_files_are_for_its_owner_alone(installed):
    installed.start_central()

    secret = ("token", "agent-token", "central.db", "central.db-wal")
    modes = {name: stat.S_IMODE((installed.root / name).stat().st_mode) for name in secret}
    assert set(modes.values()) == {0o600}


def test_tokens_stay_valid_over_a_restart_and_with_a_new_database(installed):
    first = installed.start_central()
    token = installed.layout.person_token.read_text()
    first.terminate()
    first.wait(timeout=20)
    for path in installed.root.glob("central.db*"):
        path.unlink()

    installed.start_central()

    assert installed.layout.person_token.read_text() == token
    with owner_of(installed) as owner, agent_of(installed) as agent:
        assert owner.get("/api/v1/runs").status == 200
        assert agent.send(say("log", 1)).status == 200


def test_a_lost_token_is_made_anew_and_the_old_one_opens_nothing(installed):
    first = installed.start_central()
    with owner_of(installed) as before:
        first.terminate()
        first.wait(timeout=20)
        installed.layout.person_token.unlink()

        installed.start_central()

        assert before.get("/api/v1/runs").status == 401
    with owner_of(installed) as owner:
        assert owner.get("/api/v1/runs").status == 200


def test_a_second_instance_on_the_same_folder_refuses_and_disturbs_nothing(installed):
    installed.start_central()
    url = installed.layout.central_url.read_text()

    second = run_central("serve", "--dir", installed.root, "--port", 0)

    assert second.returncode == 75
    assert "another hume-central (pid " in second.stderr
    assert installed.layout.central_url.read_text() == url
    with owner_of(installed) as owner:
        assert owner.get("/api/v1/tasks").status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_it_listens_beyond_loopback_only_when_told_that_a_proxy_ends_tls(tmp_path, host):
    refused = run_central("serve", "--dir", tmp_path / "new", "--host", host, "--port", 0)

    assert refused.returncode == 78
    assert "--behind-proxy" in refused.stderr
    assert not (tmp_path / "new").exists()
    assert run_central("serve", "--dir", tmp_path, "--host", host, "--behind-proxy", "--check-config").returncode == 0


def test_a_taken_port_is_said_plainly(installed):
    installed.start_central()
    port = installed.layout.central_url.read_text().strip().rpartition(":")[2]
    with tempfile.TemporaryDirectory(prefix="hume-", dir="/tmp") as folder:
        second = run_central("serve", "--dir", folder, "--port", port)

    assert second.returncode == 74
    assert "in use" in second.stderr
    assert "Traceback" not in second.stderr


def test_migrate_makes_the_schema_and_ends(tmp_path):
    done = run_central("migrate", "--dir", tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "central.db").exists()
    assert not (tmp_path / "token").exists()


def test_a_wrong_setting_is_named_with_its_place_and_the_nearest_right_one(tmp_path):
    (tmp_path / "central.toml").write_text("[listen]\nprot = 4863\n")

    refused = run_central("--check-config", "--dir", tmp_path)

    assert refused.returncode == 78
    assert (
        refused.stderr == f"hume-central: {tmp_path}/central.toml:2: no setting `listen.prot`; did you mean `port`?\n"
    )


@pytest.mark.parametrize("arguments", [[], ["srve"], ["serve", "--prt", "1"], ["serve", "--port", "70000"]])
def test_wrong_usage_is_64_and_one_line(arguments):
    wrong = run_central(*arguments)

    assert wrong.returncode == 64
    assert wrong.stderr.count("\n") == 1


def test_every_setting_is_documented():
    root = pathlib.Path(__file__).resolve().parents[2]
    table = (root / "docs/reference/central-config.md").read_text("utf-8").partition("\n## ")[0]
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE))
    known = set()
    for field in msgspec.structs.fields(Settings):
        inner = field.type
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            known |= {f"{field.encode_name}.{key.encode_name}" for key in msgspec.structs.fields(inner)}
        else:
            known.add(field.encode_name)

    assert documented == known
