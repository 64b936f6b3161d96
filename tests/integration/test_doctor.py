# SPDX-License-Identifier: MIT
"""`hume doctor` before real troubles: each is made, found, and gone once its own advice is followed."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

import pytest

from humeops.daemon.spool import Spool
from tests.fixtures import processes, smalldisk
from tests.fixtures.ports import free_port


@pytest.fixture
def installed():
    with processes.installation() as made:
        yield made


def _doctor(installed, *arguments, **environ):
    done = installed.hume("doctor", *arguments, "-o", "json", **environ)
    assert done.stderr == ""
    found = {one["check"]: one for one in json.loads(done.stdout)}
    worst = max((["ok", "warning", "broken"].index(one["state"]) for one in found.values()), default=0)
    assert done.returncode == worst
    return found


def _state(found, check):
    return found.get(check, {"state": "ok"})["state"]


def _says_well(installed, *checks):
    found = _doctor(installed)
    return all(check in found and found[check]["state"] == "ok" for check in checks)


def test_a_sound_installation_is_well(installed):
    installed.start_central()
    installed.start_humed()

    found = _doctor(installed)

    assert {check: one for check, one in found.items() if one["state"] != "ok"} == {}
    assert {
        "client",
        "versions",
        "humed",
        "drop-folder",
        "tokens",
        "central",
        "skew",
        "credential",
        "person-token",
    } <= set(found)
    assert installed.hume("doctor").stdout.splitlines()[-1].startswith("All is well: ")
    assert installed.hume("doctor", LC_ALL="C").stdout.isascii()


def test_a_humed_that_is_stopped_is_told_from_one_that_died(installed):
    humed = installed.start_humed()
    os.kill(humed.pid, signal.SIGSTOP)
    installed.hume("info", "-t", "t", "said meanwhile")

    found = _doctor(installed)

    assert found["humed"]["mend"] == found["drop-waiting"]["mend"] == f"kill -CONT {humed.pid}"
    subprocess.run(["sh", "-c", found["humed"]["mend"]], check=True)
    processes.wait_until(lambda: _state(_doctor(installed), "humed") == "ok", "humed answers again")

    humed.kill()
    humed.wait()
    found = _doctor(installed)
    assert found["humed"]["found"].startswith("nobody is behind")
    assert found["pid-file"]["found"].endswith("which is not there")


def test_a_socket_of_somebody_else_is_not_taken_for_humed(installed):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(installed.layout.socket))
        other.listen(5)
        installed.layout.pid_file.write_text(f"{os.getpid()}\n")

        found = _doctor(installed)

    assert found["humed"]["state"] == "broken"
    assert "and not humed" in found["pid-file"]["found"]


def test_a_credential_that_central_does_not_know_is_found(installed):
    installed.start_central()
    installed.layout.agent_token.write_text("hume_a_" + "A" * 43 + "\n")
    installed.layout.agent_token.chmod(0o644)
    installed.start_humed()

    found = _doctor(installed)

    assert found["credential"]["state"] == found["tokens"]["state"] == "broken"
    subprocess.run(["sh", "-c", found["tokens"]["mend"]], check=True)
    assert _state(_doctor(installed), "tokens") == "ok"


def test_central_away_and_settings_that_are_wrong_are_found(installed):
    installed.layout.central_url.write_text("http://127.0.0.1:9\n")
    installed.layout.daemon_config.write_text("[spool]\nmax_byts = 1\n")

    found = _doctor(installed)

    assert "connection refused" in found["central"]["found"]
    assert "did you mean `max_bytes`?" in found["settings"]["found"]
    assert str(installed.layout.daemon_config) in found["settings"]["mend"]


def test_hume_1x_before_hume_is_found_and_not_run(installed, tmp_path):
    older, ran = tmp_path / "hume", tmp_path / "ran"
    older.write_text(f"#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\nimport hume\nopen({str(ran)!r}, 'w')\n")
    older.chmod(0o755)
    shutil.copy(processes.find_hume(), tmp_path / "other-name")

    found = _doctor(installed, PATH=f"{tmp_path}:{processes.BIN}:/usr/bin:/bin")

    assert "hume 1.x" in found["client"]["found"]
    assert found["client"]["mend"] == f'PATH="{processes.BIN}:$PATH"'
    other_way_round = _doctor(installed, PATH=f"{processes.BIN}:{tmp_path}:/usr/bin:/bin")
    assert other_way_round["client-alone"]["mend"] == f"mv {older} {older}.old"
    assert not ran.exists()


def test_what_lies_about_is_found_without_humed(installed):
    quarantine = installed.layout.drop / "quarantine"
    quarantine.mkdir(parents=True)
    (quarantine / "bad.hume").touch()
    Spool(installed.layout.spool).close()
    pathlib.Path(f"{installed.layout.spool}.bad-1").touch()
    before = sorted(installed.root.rglob("*"))

    found = _doctor(installed, HUME_DISABLE="1")

    assert [_state(found, check) for check in ("quarantine", "damaged", "disabled", "humed")] == ["warning"] * 3 + [
        "broken"
    ]
    assert sorted(installed.root.rglob("*")) == before


@pytest.mark.parametrize(("name", "check"), [("humed.sock", "humed"), ("drop", "drop-folder"), ("spool.high", "spool")])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("nowhere", path)], ids=["fifo", "link"])
def test_what_is_in_the_way_is_moved_away_by_the_doctors_own_command(installed, name, check, make):
    make(installed.root / name)

    mend = _doctor(installed)[check]["mend"]
    subprocess.run(["sh", "-c", mend], check=True)

    installed.start_humed()
    assert os.path.lexists(f"{installed.root / name}.{'old' if name == 'drop' else 'odd'}")


def test_a_humed_without_central_is_given_one_by_the_doctors_own_command(installed):
    installed.start_humed()
    installed.hume("info", "-t", "t", "waits")
    processes.wait_until(lambda: _state(_doctor(installed), "forwarding") == "warning", "forwarding waits")
    found = _doctor(installed)

    mend = found["central"]["mend"]
    assert mend == found["forwarding"]["mend"] == f"hume-central serve --dir {installed.root}"
    central = installed.start_command(f"exec {mend} --port 0")

    processes.wait_until(lambda: _says_well(installed, "forwarding", "central", "credential"), "forwarding works")
    assert central.poll() is None


def test_the_address_that_central_lost_comes_back_by_itself(installed):
    up = installed.start_command("exec hume up --port 0")
    processes.wait_until(lambda: _says_well(installed, "forwarding", "credential"), "hume is up", 30)
    installed.layout.central_url.unlink()

    processes.wait_until(installed.layout.central_url.exists, "the address is there again", 30)
    assert up.poll() is None


def test_a_credential_that_hume_up_lost_is_there_again_after_the_doctors_own_command(installed):
    up = installed.start_command("exec hume up --port 0")
    processes.wait_until(lambda: _says_well(installed, "forwarding", "credential"), "hume is up", 30)
    (installed.root / "agent-token").unlink()
    found = _doctor(installed)

    again = installed.start_command(f"{found['credential']['mend']} --port 0")

    assert up.wait(timeout=20) == 0
    processes.wait_until(lambda: _says_well(installed, "credential", "humed"), "it is there", 30)
    assert (installed.root / "agent-token").exists()
    os.kill(_pid_of_up(installed), signal.SIGTERM)
    assert again.wait(timeout=20) == 0


def _pid_of_up(installed):
    return int((installed.root / "up.lock").read_text())


def _on_a_disk_that_went_read_only(disk: pathlib.Path) -> None:
    with processes.installation_in(disk / "h") as installed:
        installed.root.mkdir()
        humed = installed.start_humed()
        humed.terminate()
        humed.wait()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

        found = _doctor(installed)

        mend = f"mount -o remount,rw {disk}"
        assert found["disk"]["mend"] == found["drop-folder"]["mend"] == mend
        assert found["humed"]["mend"] == f"{mend} && hume up"
        subprocess.run(["sh", "-c", found["disk"]["mend"]], check=True)
        installed.start_humed()
        assert _state(_doctor(installed), "drop-folder") == _state(_doctor(installed), "humed") == "ok"


def test_a_read_only_disk_is_told_with_the_command_that_makes_it_writable(tmp_path):
    smalldisk.require_small_disk()

    smalldisk.run_on_small_disk(64, tmp_path, _on_a_disk_that_went_read_only)


def test_a_damaged_spool_is_found_without_humed_and_mended_by_its_start(installed):
    humed = installed.start_humed()
    humed.terminate()
    humed.wait()
    with installed.layout.spool.open("r+b") as file:
        file.write(b"no database, for sure")

    found = _doctor(installed)

    assert f"{installed.layout.spool}: the spool" in found["spool"]["found"]
    assert found["spool"]["mend"] == "hume up"
    installed.start_humed()
    found = _doctor(installed)
    assert (_state(found, "spool"), _state(found, "damaged")) == ("ok", "warning")


def test_a_name_too_long_for_a_socket_is_found(installed):
    found = _doctor(installed, HUME_DIR=str(installed.root / ("x" * 100)))

    assert "a socket's path at most 107" in found["socket-path"]["found"]


def test_of_several_addresses_of_central_one_that_answers_is_enough(installed):
    installed.start_central()
    url = installed.layout.central_url.read_text().strip()
    installed.layout.daemon_config.write_text(f'[central]\nurl = ["http://127.0.0.1:{free_port()}", "{url}"]\n')
    installed.start_humed()

    found = _doctor(installed)

    assert found["central"]["state"] == "warning"
    assert f"central answers at {url}, but not at http://127.0.0.1:" in found["central"]["found"]
    assert found["credential"]["state"] == "ok"
