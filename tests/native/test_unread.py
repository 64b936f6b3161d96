# SPDX-License-Identifier: MIT
"""What hume has to tell and nobody takes: it holds the script no longer than a humed that does not answer."""

import contextlib
import os
import subprocess

from tests.native.conftest import Caller


def test_a_standard_error_that_takes_nothing_holds_nobody(hume: Caller) -> None:
    hume.drop.write_text("")
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)

    done = subprocess.run([hume.program, "--strict", "info", "x"], env=hume.environment(), stderr=writer, timeout=30)

    assert done.returncode == 75
    os.close(reader)
    os.close(writer)
