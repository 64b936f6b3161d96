# SPDX-License-Identifier: MIT
"""Reading a TOML configuration file into a typed struct, with errors that name the file, the line and the nearest right key.

A configuration struct forbids unknown fields, so that a typing error is found when the file is read and not when the
setting is missed. Used by humed and hume-central alike.
"""

import difflib
import pathlib
import re
import tomllib
from typing import TypeVar

import msgspec

from humeops.errors import ConfigError

T = TypeVar("T", bound=msgspec.Struct)

_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")


def load(path: pathlib.Path, kind: type[T]) -> T:
    """Return the settings in this file; a file that does not exist gives the defaults."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return kind()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse(text, kind, str(path))


def parse(text: str, kind: type[T], name: str) -> T:
    """Return the settings in this text; `name` is what errors call it."""
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(text, kind, name, str(error))) from error


def _explain(text: str, kind: type[msgspec.Struct], name: str, message: str) -> str:
    if unknown := _UNKNOWN.search(message):
        parents = [part for part in (unknown["path"] or "").split(".") if part]
        key = unknown["key"]
        near = difflib.get_close_matches(key, _keys_at(kind, parents), 1, 0.5)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        return f"{name}{_line_of(text, parents, key)}: no setting `{'.'.join([*parents, key])}`{hint}"
    if at := _AT.search(message):
        parts = re.sub(r"\[[^\]]*\]", "", at["path"]).split(".")  # an item of a list is found by its list
        return f"{name}{_line_of(text, parts[:-1], parts[-1])}: `{at['path']}`: {message[: at.start()]}"
    return f"{name}: {message}"


def _keys_at(kind: type[msgspec.Struct], parents: list[str]) -> list[str]:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    if parents and isinstance(inner := fields.get(parents[0]), type) and issubclass(inner, msgspec.Struct):
        return _keys_at(inner, parents[1:])
    return list(fields)


def _line_of(text: str, parents: list[str], key: str) -> str:
    # tomllib keeps no positions; the key is looked for in its table's lines, which is right for files people write.
    table = ".".join(parents)
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if header := re.match(r"\[+\s*([^\]]+?)\s*\]+", stripped):
            current = header[1]
            if current == ".".join([*parents, key]):
                return f":{number}"
        elif current == table and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*[=.]", stripped):
            return f":{number}"
    return ""
