# SPDX-License-Identifier: MIT
"""Rules at a real humed: what they drop is no loss, SIGHUP reads them again, and a file that is wrong leaves the earlier ones."""

import signal
import socket
import urllib.request
from typing import Any

from tests.fixtures.eset import queue as ask
from tests.fixtures.processes import wait_until
from tests.fixtures.scripts import events

NOISE = '[[rules]]\nname = "noise"\nmatch = { level = "debug" }\ndrop = true\n'
SECRETS = '[[rules]]\nname = "secrets"\nredact = ["passwords"]\n'


def picture(installed) -> Any:
    return ask(installed)


def start(installed, text):
    (installed.root / "humed.toml").write_text(text)
    return installed.start_humed()


def messages(installed):
    return [event.message for event in events(installed)]


def test_what_a_rule_drops_is_taken_counted_and_no_loss(installed):
    start(installed, NOISE + SECRETS)

    said = [installed.hume(level, "--strict", "-t", "t", f"{level} password=x") for level in ("debug", "info", "debug")]

    told = picture(installed)
    assert [one.returncode for one in said] == [0, 0, 0]
    assert messages(installed) == ["info password=***"]
    assert told["dropped"] == {"rule noise": 2}
    assert told["rules"]["noise"] == {"matched": 2, "dropped": 2}
    assert (told["last_seq"], told["depth"], told["stored"]) == (1, 1, 3)


def test_what_was_dropped_stays_counted_after_a_kill(installed):
    humed = start(installed, NOISE)
    installed.hume("debug", "--strict", "-t", "t", "x")
    humed.kill()
    humed.wait()

    installed.start_humed()

    assert picture(installed)["dropped"] == {"rule noise": 1}


def test_a_run_whose_start_is_dropped_is_none(installed):
    start(installed, '[[rules]]\nname = "t"\nmatch = { task = "quiet" }\ndrop = true\n')

    installed.start_command("hume start quiet; exit 1").wait()
    installed.hume("info", "--strict", "-t", "other", "afterwards")

    assert picture(installed)["open_runs"] == 0
    assert messages(installed) == ["afterwards"]


def test_a_hangup_reads_the_rules_again(installed):
    humed = start(installed, NOISE)
    (installed.root / "humed.toml").write_text(SECRETS)
    humed.send_signal(signal.SIGHUP)
    wait_until(lambda: list(picture(installed)["rules"]) == ["secrets"], "the new rules are in force")

    installed.hume("debug", "--strict", "-t", "t", "password=x")

    assert messages(installed) == ["password=***"]


def test_a_file_that_is_wrong_keeps_the_rules_and_says_so_everywhere(installed):
    humed = start(installed, NOISE)
    (installed.root / "humed.toml").write_text(NOISE + '[[rules]]\nname = "b"\nredcat = ["keys"]\n')
    humed.send_signal(signal.SIGHUP)
    wait_until(lambda: picture(installed)["rules_trouble"], "the trouble is told")
    wait_until(lambda: events(installed), "central is to hear of it")

    installed.hume("debug", "--strict", "-t", "t", "x")

    (told,) = events(installed)
    assert "humed.toml:7: no setting `rules[1].redcat`; did you mean `redact`?" in told.message
    assert (told.task, told.level) == ("humed", "warning")
    assert "redcat" in picture(installed)["rules_trouble"]
    assert "keeps the rules it has" in (installed.root / "humed.stderr").read_text()


def test_repetitions_are_told_once_as_a_number_also_at_the_end(installed):
    humed = start(installed, '[[rules]]\nname = "again"\ncollapse = 3600\n')
    for _ in range(4):
        installed.hume("info", "--strict", "-t", "t", "still waiting")

    humed.terminate()
    humed.wait(timeout=20)

    assert messages(installed) == ["still waiting", "still waiting (repeated 3 times)"]


def test_a_rule_that_cannot_work_is_an_error_with_file_and_line(installed):
    (installed.root / "humed.toml").write_text('[[rules]]\nname = "a"\ndrop = true\nmatch = { message = "/(/" }\n')

    humed = installed.start_humed(ready=False)

    assert humed.wait(timeout=20) == 78
    assert "humed.toml:4: `rules[0].match`: no regular expression" in (installed.root / "humed.stderr").read_text()


def test_prometheus_reads_humeds_figures_from_a_socket_and_from_a_port(installed):
    path = f"{installed.root}/m.sock"
    start(installed, f'[metrics]\nlisten = "{path}"\n' + NOISE)
    installed.hume("debug", "--strict", "-t", "t", "x")

    # One who connects and says nothing does not keep the next one out for long, nor the loop at all.
    with socket.socket(socket.AF_UNIX) as idle, socket.socket(socket.AF_UNIX) as asking:
        idle.connect(path)
        asking.connect(path)
        asking.settimeout(20)
        asking.sendall(b"GET /metrics HTTP/1.1\r\nHost: humed\r\n\r\n")
        answer = b"".join(iter(lambda: asking.recv(65_536), b"")).decode()

    assert answer.startswith("HTTP/1.1 200")
    assert 'hume_humed_rules_dropped_total{rule="noise"} 1' in answer
    assert "hume_humed_depth 0" in answer


def test_prometheus_reads_them_from_a_port_of_this_machine(installed):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    start(installed, f'[metrics]\nlisten = "127.0.0.1:{port}"\n')

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()

    assert "hume_humed_stored_total 0" in text
