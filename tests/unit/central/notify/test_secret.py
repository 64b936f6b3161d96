# SPDX-License-Identifier: MIT
import os

import pytest

from humeops.central.notify import secret
from humeops.central.notify.failure import RefusedError


def test_a_secret_is_read_where_it_is(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("KEY", "from the environment")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    read = [secret.read(text, "password") for text in (f"file:{tmp_path}/key", "credential:key", "env:KEY", "itself")]
    assert read == ["s3cret", "s3cret", "from the environment", "itself"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("env:NOTHING", "there is nothing in env:NOTHING"),
        ("file:/nowhere/at/all", "no such file"),
        ("credential:key", "add LoadCredential=key:"),
        ("credential:../../etc/passwd", "is followed by a name"),
    ],
)
def test_one_that_is_not_there_is_said_so(text, said, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(RefusedError, match=f"`password`: .*{said}"):
        secret.read(text, "password")


def test_a_file_of_several_lines_a_huge_one_and_a_pipe_are_no_secrets(tmp_path):
    (tmp_path / "lines").write_text("a\nb\n")
    (tmp_path / "huge").write_text("a" * 100_000)
    os.mkfifo(tmp_path / "pipe")

    for name, said in (("lines", "one line is expected"), ("huge", "longer than any"), ("pipe", "there is nothing in")):
        with pytest.raises(RefusedError, match=said):
            secret.read(f"file:{tmp_path}/{name}", "password")
