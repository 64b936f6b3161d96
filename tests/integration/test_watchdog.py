# SPDX-License-Identifier: MIT
"""`hume watchdog` on real processes: the whole way, and each hop that does not work."""

import signal


def test_the_whole_way_is_told_in_one_line_and_the_ping_is_at_central(installed):
    installed.start_central()
    installed.start_humed()

    told = installed.hume("watchdog")

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("ok: humed answered after ")
    assert "central committed after" in told.stdout
    assert told.stdout.count("\n") == 1
    assert installed.central_rows("SELECT kind FROM event WHERE task = 'hume-watchdog'") == [("ping",)]


def test_a_ping_that_a_rule_drops_comes_nowhere_and_is_no_success(installed):
    installed.layout.daemon_config.write_text('[[rules]]\nname = "pings"\nmatch = { kind = "ping" }\ndrop = true\n')
    installed.start_central()
    installed.start_humed()

    told = installed.hume("watchdog")

    assert (told.returncode, told.stdout) == (75, "")
    assert "a rule or a processor drops the task hume-watchdog" in told.stderr


def test_a_central_that_is_away_is_named(installed):
    installed.start_humed()

    told = installed.hume("watchdog", "--central-limit", "0.5")

    assert (told.returncode, told.stdout) == (75, "")
    assert "humed answered after" in told.stderr
    assert "central has not committed it within 0.5 s: the address of central is not there yet" in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_humed_that_hangs_is_named_and_nothing_is_lost(installed):
    humed = installed.start_humed()
    humed.send_signal(signal.SIGSTOP)

    told = installed.hume("watchdog", "--humed-limit", "0.1")

    assert told.returncode == 75
    assert told.stderr.startswith("hume: the watchdog fails: hume says: humed does not")
    assert len(list(installed.layout.drop.glob("*.hume"))) == 1


def test_no_humed_at_all_is_told(installed):
    told = installed.hume("watchdog")

    assert told.returncode == 75
    assert told.stderr.startswith("hume: the watchdog fails: hume says: nobody is there")
