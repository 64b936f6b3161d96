# SPDX-License-Identifier: MIT
"""The rules, routes, parents and channels of alerts in a TOML file (docs/reference/alerts.md); central says what they change."""

import pathlib
import tomllib
from typing import Any

from humeops.errors import ConfigError


def read(path: pathlib.Path) -> dict[str, Any]:
    """Return what the file says; raise ConfigError when it is no TOML, or holds what cannot be sent on."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return found
