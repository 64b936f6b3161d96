# SPDX-License-Identifier: MIT
"""humed starts on a disk with not a byte free: what waits in its spool goes to central, and with room again all is well."""

import pathlib
import signal

import pytest

from tests.fixtures import allcentral, eset, processes, smalldisk


@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL"])
def test_humed_starts_on_a_full_disk_and_drains_its_spool(installed: processes.Installation, end: str) -> None:
    smalldisk.require_small_disk()

    smalldisk.run_on_small_disk(64, installed.root, start_on_full_disk, end)


def start_on_full_disk(disk: pathlib.Path, end: str) -> None:
    """What happens on the small disk."""
    said = eset.Said()
    at_central: set[str] = set()
    with (
        allcentral.TakesAll(lambda events: at_central.update(event["message"] for event in events)) as central,
        processes.installation_in(disk) as installed,
    ):
        humed = installed.start_humed()
        eset.say_some(installed, said, 5)
        humed.send_signal(signal.Signals[end])
        humed.wait(timeout=20)
        installed.layout.agent_token.write_text("token\n")
        installed.layout.daemon_config.write_text(f'[central]\nurl = "{central.url}"\nretry_longest_seconds = 0.2\n')
        filler = smalldisk.fill(disk)

        installed.start_humed(ready=False)
        processes.wait_until(lambda: said.stored <= at_central, "what waited is central")
        filler.unlink()
        processes.wait_until(installed.humed_pid, "there is room for the pid file")
        processes.wait_until(lambda: eset.queue(installed)["depth"] == 0, "the spool is empty")
        eset.say_some(installed, said, 1)

        processes.wait_until(lambda: said.stored <= at_central, "what is said with room again is central")
        assert not said.unknown
