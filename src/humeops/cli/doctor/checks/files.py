# SPDX-License-Identifier: MIT
"""Are the folders and secrets as they must be, and is there room on their disks? Pure."""

import shlex
import stat

from humeops import amounts
from humeops.cli.doctor.facts import Disk, Facts, File
from humeops.cli.doctor.finding import Finding, broken, ok, warning
from humeops.daemon.config import SpoolSettings

HUME = "hume"  # the user and group of the system's humed (deploy/sysusers.d)
DROP_MODE = 0o3777  # sticky: nobody removes another's file; setgid: humed's group may read each
NEARLY_FULL = 16  # times what the settings leave free
LEAST_FREE_FILES = 1_000
_TMPFILES = "systemd-tmpfiles --create hume.conf"


def run_folder_is_right(facts: Facts) -> Finding | None:
    """Nobody but humed's user can put a socket of his own where everybody looks for humed."""
    folder = facts.run_folder
    if folder is None or facts.daemon.answer == "nothing":
        return None
    if folder.mode & stat.S_IWOTH and not folder.mode & stat.S_ISVTX:
        return broken(f"anybody may put another socket into {folder.path}", f"chmod o-w {folder.path}")
    if facts.places.is_system:
        if folder.owner != HUME:
            return broken(f"{folder.path} belongs to {folder.owner}, not to {HUME}", f"chown {HUME}: {folder.path}")
        if not folder.mode & stat.S_IXOTH:
            return broken(f"{folder.path} is closed to other users", f"chmod 0755 {folder.path}")
    elif folder.uid != facts.uid and facts.uid != 0:
        return warning(
            f"{folder.path} belongs to {folder.owner}: that person's humed hears you", f"ls -ld {folder.path}"
        )
    return None


def drop_folder_is_right(facts: Facts) -> Finding | None:
    """What is said while humed is away has a place: its folder is there, ours to write, and safe from others."""
    folder, path = facts.drop_folder, facts.places.drop
    if path is None:
        return broken("there is no drop folder: what humed does not take is lost", "export HUME_SPOOL=/a/folder")
    for disk in facts.disks:
        if disk.is_read_only and path.is_relative_to(disk.mount or disk.path):
            return broken(f"{path} is on a read-only disk: what humed does not take is lost", disk.mount_writable)
    if folder is None:
        return _not_there(facts)
    if not stat.S_ISDIR(folder.mode):
        return broken(f"{path} is no folder: what humed does not take is lost", f"mv {path} {path}.old")
    if _is_systems(facts):
        if (folder.owner, folder.group, stat.S_IMODE(folder.mode)) != (HUME, HUME, DROP_MODE):
            found = f"{path} is {_rights(folder)}, and should be {DROP_MODE:o} {HUME}:{HUME}"
            return broken(found, f"chown {HUME}:{HUME} {path} && chmod {DROP_MODE:o} {path}")
    elif folder.mode & stat.S_IWOTH and not folder.mode & stat.S_ISVTX:
        return warning(f"anybody may remove what waits in {path}", f"chmod o-w {path}")
    if not folder.writable:
        return broken(
            f"{path} ({_rights(folder)}) may not be written by you: what humed does not take is lost", _mine(facts)
        )
    return ok(f"the drop folder {path} is yours to write")


def drop_folder_is_read(facts: Facts) -> Finding | None:
    """humed reads the folder that `hume` drops into, and no other of the same or of another name."""
    picture, folder = facts.daemon.picture or {}, facts.drop_folder
    if trouble := picture.get("drop_trouble"):
        return broken(f"{trouble}: what is dropped waits", facts.restart)
    read, identity = picture.get("drop_folder"), (picture.get("drop_device"), picture.get("drop_inode"))
    if not isinstance(read, str) or folder is None or identity == folder.identity:
        return None
    if read == str(facts.places.drop):
        return broken(f"humed does not read the {read} that is there now, but one that was there before", facts.restart)
    told = f"hume drops into {facts.places.drop}, and the humed it speaks to reads {read}: what is dropped waits"
    return warning(told, f"export HUME_SPOOL={shlex.quote(read)}")


def tokens_are_private(facts: Facts) -> Finding | None:
    """Nobody else can read a token."""
    open_ones = [file.path for file in facts.tokens if file.mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if open_ones:
        named = " ".join(map(str, open_ones))
        return broken(f"others may read {named.replace(' ', ' and ')}", f"chmod 0600 {named}")
    return ok("the tokens are readable by their owner alone") if facts.tokens else None


def disk_has_room(facts: Facts) -> Finding | None:
    """The disks under the spool and the drop folder are not full, nor nearly."""
    limits = facts.config.limits if facts.config else SpoolSettings()
    least = max(limits.min_free_bytes, 1)
    findings = [finding for disk in facts.disks if (finding := _judge_disk(disk, least))]
    if findings:
        return min(findings, key=lambda finding: finding.state != "broken")
    told = " and ".join(f"{amounts.size(disk.free_bytes)} under {disk.path}" for disk in facts.disks)
    return ok(f"there is room: {told}") if told else None


def _judge_disk(disk: Disk, least: int) -> Finding | None:
    mend = f"du -xh {disk.path} | sort -h | tail"
    if disk.is_read_only:
        return broken(f"the disk under {disk.path} is read-only: nothing can be kept there", disk.mount_writable)
    if disk.size_bytes == 0:
        return broken(f"{disk.path} is on no disk: nothing can be kept there", "unset HUME_DIR HUME_SPOOL")
    if disk.free_bytes == 0:
        return broken(f"the disk under {disk.path} is full: what is said is not stored", mend)
    left = f"{amounts.size(disk.free_bytes)} are free under {disk.path}"
    if disk.free_bytes < least:
        return broken(f"{left}: only starts, stops and failures are kept", mend)
    if disk.free_files is not None and disk.free_files < LEAST_FREE_FILES:
        return warning(f"{disk.free_files} more files can be made under {disk.path}", f"df -i {disk.path}")
    if disk.free_bytes < NEARLY_FULL * least:
        return warning(f"the disk is nearly full: {left}", mend)
    return None


def _is_systems(facts: Facts) -> bool:
    return facts.places.is_system and facts.places.drop is not None and facts.places.drop.parts[1] == "var"


def _not_there(facts: Facts) -> Finding:
    path = facts.places.drop
    if not _is_systems(facts):
        if facts.drop_can_be_made:
            return ok(f"the drop folder {path} is made when it is needed")
        return broken(
            f"{path} may not be made or seen by you: what humed does not take is lost", "unset HUME_DIR HUME_SPOOL"
        )
    return broken(f"{facts.places.drop} is missing: what humed does not take goes to each user's own folder", _TMPFILES)


def _mine(facts: Facts) -> str:
    return (
        f"chmod u+rwx {facts.places.drop}"
        if facts.drop_folder and facts.drop_folder.uid == facts.uid
        else "unset HUME_DIR HUME_SPOOL"
    )


def _rights(folder: File) -> str:
    return f"{stat.S_IMODE(folder.mode):04o} {folder.owner}:{folder.group}"
