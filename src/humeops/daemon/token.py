# SPDX-License-Identifier: MIT
"""The token that senders over loopback tcp show: made by humed where there is none, for whoever may read its file."""

import os
import pathlib
import re
import secrets

from humeops.errors import ConfigError, explain

_FORM = re.compile(r"[\x21-\x7e]{16,1000}")


def load(path: pathlib.Path) -> bytes:
    """Return the token in this file, which is made first if need be; raise ConfigError when there can be none."""
    try:
        if not path.exists():
            _make(path)
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(explain(error) if isinstance(error, OSError) else f"{path}: this is no text") from error
    if not _FORM.fullmatch(text):
        raise ConfigError(
            f"{path}: a token has 16 characters or more, and no spaces; remove the file and humed makes one"
        )
    return text.encode()


def _make(path: pathlib.Path) -> None:
    # Whole or not at all: a sender that reads half a token would be refused for a reason nobody finds.
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as out:
        out.write(secrets.token_urlsafe(32) + "\n")
    temporary.rename(path)
