# SPDX-License-Identifier: MIT
"""What the system says becomes one sentence: the file, the trouble, the mend."""

import errno
import os

import pytest

from humeops.errors import explain


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EROFS, "/srv/x: read-only file system; mount that disk writable"),
        (errno.ENOSPC, "/srv/x: no space left on device; make room on that disk"),
        (errno.EACCES, "/srv/x: permission denied; it must belong to the user that runs this"),
        (errno.ENOTDIR, "/srv/x: not a directory"),
    ],
)
def test_the_file_the_trouble_and_the_mend_are_said(number, words):

    assert explain(OSError(number, os.strerror(number), "/srv/x")) == words


def test_without_a_file_or_a_number_what_there_is_is_said():
    assert explain(OSError(errno.EMFILE, "Too many open files")).startswith("too many open files; raise the limit")
    assert explain(OSError("something else")) == "something else"
