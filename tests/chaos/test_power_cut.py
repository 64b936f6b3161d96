# SPDX-License-Identifier: MIT
"""The power goes at any moment: what was reported stored is there afterwards, whatever of the unsynced rest was lost.

hume and humed run once, for real, under a journal of their writes and syncs. Then, for each sync and each promise, the
folder is made anew as a power cut at that moment may leave it, and looked into; some of these are given to a real humed.
"""

import pathlib
import shutil
import signal
import sys

import pytest

from tests.fixtures import allcentral, chance, eset, powercut, processes, recording

# How many draws of luck for each cut, for which share of the cuts; how many of them are given to a real humed.
SOME = pytest.param(1, 0.3, 4, id="some", marks=pytest.mark.timeout(300))
ALL = pytest.param(10, 1.0, 100, id="all", marks=[pytest.mark.soak, pytest.mark.timeout(3_600)])

WRITE = (
    "import os, sys; os.chdir(sys.argv[1]); f = os.open('new', os.O_CREAT | os.O_WRONLY); os.write(f, b'x' * 9000)\n"
)
CARELESS = {
    "nothing synced": WRITE,
    "only the name synced": f"{WRITE}os.fsync(os.open('.', os.O_RDONLY))",
    "only the content synced": f"{WRITE}os.fsync(f); os.link('new', 'name')",
    "the name synced first": f"{WRITE}os.fsync(f); os.fsync(os.open('.', os.O_RDONLY)); os.rename('new', 'name')",
    "written after the sync": f"{WRITE}os.fsync(f); os.fsync(os.open('.', os.O_RDONLY)); os.write(f, b'more')",
}
CAREFUL = f"{WRITE}os.fsync(f); os.rename('new', 'name'); os.fsync(os.open('.', os.O_RDONLY))"
# Each image of the folder would hold it.
NO_BALLAST = "[spool]\nballast_bytes = 0\n"


def disk_after(program: str, folder: pathlib.Path, outside: pathlib.Path) -> powercut.Disk:
    """Run a program in the folder under the journal, and return the disk as the power goes at its end."""
    journal = powercut.Journal(outside / "journal", folder)
    done = powercut.run(journal, [sys.executable, "-c", program, str(folder)], {})
    assert done.returncode == 0, done.stderr
    disk = powercut.Disk(folder)
    for record in journal.records():
        disk.take(record)
    return disk


def contents(disk: powercut.Disk, place: pathlib.Path, luck: powercut.Luck) -> dict[str, bytes]:
    disk.leave(place, luck)
    return {path.name: path.read_bytes() for path in place.iterdir()}


@pytest.mark.parametrize("how", CARELESS)
def test_a_careless_program_loses_its_file(installed: processes.Installation, tmp_path: pathlib.Path, how: str) -> None:
    disk = disk_after(CARELESS[how], installed.root, tmp_path)

    lived = contents(disk, tmp_path / "lived", powercut.everything)
    cut = contents(disk, tmp_path / "cut", powercut.nothing_more)

    assert lived == {path.name: path.read_bytes() for path in installed.root.iterdir()}
    assert cut != lived


def test_a_careful_program_loses_nothing(installed: processes.Installation, tmp_path: pathlib.Path) -> None:
    disk = disk_after(CAREFUL, installed.root, tmp_path)

    assert contents(disk, tmp_path / "cut", powercut.nothing_more) == {"name": b"x" * 9000}


@pytest.mark.parametrize("way", ["unnamed", "renamed"])
def test_what_hume_dropped_is_there_after_a_power_cut(
    installed: processes.Installation, tmp_path: pathlib.Path, way: str
) -> None:
    recorded = recording.Recording(installed, tmp_path, **({"POWERCUT_NO_TMPFILE": "1"} if way == "renamed" else {}))
    recorded.say(3)

    assert look_at_cuts(recorded, tmp_path / "cut", draws=5) > 3 * 2


def test_a_drop_folder_that_humed_made_stays(installed: processes.Installation, tmp_path: pathlib.Path) -> None:
    recorded = recording.Recording(installed, tmp_path)
    humed = recorded.start_humed()
    recorded.say(2)
    humed.kill()
    humed.wait()
    recorded.say(2)

    assert look_at_cuts(recorded, tmp_path / "cut", draws=5) > 4 * 2


@pytest.mark.parametrize(("draws", "share", "restarts"), [SOME, ALL])
def test_what_humed_acknowledged_is_there_after_a_power_cut(
    installed: processes.Installation, tmp_path: pathlib.Path, draws: int, share: float, restarts: int
) -> None:
    recorded = recording.Recording(installed, tmp_path)
    live_a_while(recorded)

    cuts = look_at_cuts(recorded, tmp_path / "cut", draws, share)
    restart_some(recorded, cuts, restarts)


def look_at_cuts(recorded: recording.Recording, place: pathlib.Path, draws: int, share: float = 1.0) -> int:
    """Return how many cuts there are; look at this share of them."""
    draw = chance.seeded("power cuts")
    lucks = recording.lucks(draw, draws)
    cuts = 0
    for cut in recorded.cuts():
        cuts += 1
        for luck in lucks if draw.random() < share else ():
            cut.disk.leave(place, luck)
            assert cut.owed <= recording.found_in(place), f"cut {cuts}: what was stored is gone"
            shutil.rmtree(place)
    return cuts


def live_a_while(recorded: recording.Recording) -> None:
    """Let humed drain, commit, ack, forward, release, checkpoint, stop, be killed, and start again."""
    recorded.say(3)
    layout = recorded.installed.layout
    layout.daemon_config.write_text(NO_BALLAST)
    with allcentral.TakesAll(recorded.note_central) as central:
        humed = recorded.start_humed()
        recorded.say(3)
        layout.daemon_config.write_text(f'{NO_BALLAST}[central]\nurl = "{central.url}"\nretry_longest_seconds = 0.2\n')
        layout.agent_token.write_text("token\n")
        humed.kill()
        humed.wait()

        recorded.say(1)
        humed = recorded.start_humed()
        # More than the WAL may hold: it is folded into the file, and begun anew.
        recorded.say(80, padding="\U0001f701" * 8_000)
        processes.wait_until(lambda: eset.queue(recorded.installed)["depth"] == 0, "central has all")
        recorded.say(3)
        humed.send_signal(signal.SIGTERM)
        assert humed.wait(timeout=20) == 0
    recorded.say(1)
    recorded.start_humed()
    recorded.say(3)


def restart_some(recorded: recording.Recording, cuts: int, count: int) -> None:
    """Give what some of the cuts left to a real humed and a real central."""
    draw = chance.seeded("restarts")
    chosen = set(draw.sample(range(cuts), min(count, cuts)))
    for number, cut in enumerate(recorded.cuts()):
        if number in chosen:
            with processes.installation() as fresh:
                cut.disk.leave(fresh.root, powercut.by_chance(draw))
                fresh.layout.daemon_config.unlink(missing_ok=True)
                fresh.start_central()
                fresh.start_humed()
                processes.wait_until(
                    lambda: cut.owed <= set(eset.messages_at_central(fresh)),  # noqa: B023 - called in this turn
                    f"what is owed after cut {number} is central",
                )
                found = eset.messages_at_central(fresh)
                assert len(found) == len(set(found)), "recorded more than once"
