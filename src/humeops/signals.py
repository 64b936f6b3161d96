# SPDX-License-Identifier: MIT
"""Names of signals by number, as Linux has them on nearly every machine (not MIPS, SPARC and Alpha). Pure.

A table, and not the `signal` module: that knows the numbers of the machine central runs on, not those of the host.
"""

_NAMES = [
    "HUP",
    "INT",
    "QUIT",
    "ILL",
    "TRAP",
    "ABRT",
    "BUS",
    "FPE",
    "KILL",
    "USR1",
    "SEGV",
    "USR2",
    "PIPE",
    "ALRM",
    "TERM",
    "STKFLT",
    "CHLD",
    "CONT",
    "STOP",
    "TSTP",
    "TTIN",
    "TTOU",
    "URG",
    "XCPU",
    "XFSZ",
    "VTALRM",
    "PROF",
    "WINCH",
    "IO",
    "PWR",
    "SYS",
]


def name_of(number: int) -> str:
    """Return `SIGKILL` for 9; `signal 40` for those that have no name."""
    return f"SIG{_NAMES[number - 1]}" if 0 < number <= len(_NAMES) else f"signal {number}"
