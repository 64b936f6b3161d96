# SPDX-License-Identifier: MIT
"""Errors every part of hume understands, and the one table of exit codes.

An error says what was being attempted, and carries `retryable` where somebody decides on it. The codes are public API
(docs/reference/exit-codes.md); they follow BSD's sysexits, and the protocol's reply codes are the same numbers.
"""

import enum
import errno


class Exit(enum.IntEnum):
    """What a hume process says with its exit status, and humed with the code of a reply."""

    OK = 0
    USAGE = 64  # the command line is wrong
    DATA = 65  # the event itself is unacceptable
    SOFTWARE = 70  # a fault of hume's own
    IO = 74  # the disk failed under humed: it stops rather than acknowledge what may not last
    UNAVAILABLE = 75  # could not be stored or answered now; trying again may help
    REFUSED = 77  # belongs to another user, or needs a credential
    CONFIG = 78  # a configuration file is wrong
    UNSIGNED = 126  # a script does not verify: it is not run


_REMEDIES = {
    errno.EROFS: "mount that disk writable",
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room: a quota is used up",
    errno.EACCES: "it must belong to the user that runs this",
    errno.EPERM: "it must belong to the user that runs this",
    errno.EIO: "the disk fails: look at `dmesg`",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
}


def explain(error: OSError) -> str:
    """Return what the system said as a sentence that names the file and, for what an operator can mend, the mend."""
    what = (error.strerror or str(error)).lower()
    place = f"{error.filename}: " if error.filename is not None else ""
    remedy = _REMEDIES.get(error.errno or 0)
    return f"{place}{what}; {remedy}" if remedy else f"{place}{what}"


def in_one_line(error: BaseException, most: int = 300) -> str:
    """Return what an error says without line breaks, up to so many characters: for a log, or another error's text."""
    return " ".join(str(error).split())[:most]


class HumeError(Exception):
    """Root of what hume raises on purpose; its text is one sentence a sysadmin can act on."""

    exit_code: Exit = Exit.SOFTWARE
    retryable: bool = False


class MalformedEventError(HumeError):
    """These bytes are not an acceptable event; saying them again will not help."""

    exit_code = Exit.DATA


class ConfigError(HumeError):
    """A configuration file or setting is wrong."""

    exit_code = Exit.CONFIG


class GivenError(HumeError):
    """What the command line names (a key, a file, a script) can't be used."""

    exit_code = Exit.USAGE


class UnavailableError(HumeError):
    """The other side is not there or not able now."""

    exit_code = Exit.UNAVAILABLE
    retryable = True


class NotAllowedError(HumeError):
    """No credential, a wrong one, or one that may not do this."""

    exit_code = Exit.REFUSED
