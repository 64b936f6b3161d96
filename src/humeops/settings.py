# SPDX-License-Identifier: MIT
"""Reading a TOML configuration file into a typed struct, with errors that name the file, the line and the nearest right key.

A configuration struct forbids unknown fields, so that a typing error is found when the file is read and not when the
setting is missed. Used by humed and hume-central alike; what is wrong is said in the same words of what the API is given.
"""

import difflib
import pathlib
import re
import tomllib
import typing

import msgspec

from humeops.errors import ConfigError

T = typing.TypeVar("T", bound=msgspec.Struct)

_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_ENUM = re.compile(r"Invalid enum value (?P<value>.*)", re.DOTALL)
_PATTERN = re.compile(r"Expected `str` matching regex (?P<pattern>.*)", re.DOTALL)
_WRONG_TYPE = re.compile(r"Expected `(?P<expected>[\w |]+)`, got `(?P<got>\w+)`")
_BOUND = re.compile(r"Expected `(?P<expected>\w+)` (?P<sign>[<>]=?) (?P<limit>\S+)")
_LENGTH = re.compile(r"Expected `(?P<expected>str|array|object)` of length (?P<sign>[<>]=?) (?P<limit>\d+)")
_MISSING = re.compile(r"Object missing required field `(?P<key>[^`]+)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
_BOUNDS = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}
# msgspec tells a form as a regular expression; what each of ours means.
_FORMS = (
    ("[89ab][0-9a-f]{3}", "a whole id is expected, such as 01a22498-0824-7b8b-850a-70ac592705cf"),
    ("@[A-Za-z0-9-]", "a mail address is expected, such as ops@example.org"),
    ("^/", "a full path is expected, such as /usr/local/bin/tell"),
    ("[0-9A-Fa-f:.]", "a mail server is expected: HOST or HOST:PORT, such as mail.example.org:587"),
    ("https?://", "an address is expected, such as http://127.0.0.1:4863"),
    ("127\\\\.0", "the path of a socket, or 127.0.0.1:PORT is expected"),
    ("redis|rediss|unix", "an address is expected: redis://HOST:PORT/0, rediss://… or unix:///PATH"),
    ("[0-9a-fA-F:]", "HOST:PORT is expected, such as 127.0.0.1:4873"),
    ("[dwy]", "an age is expected: days, weeks or years, such as 90d, 8w, 2y, or forever"),
    ("[^\\\\s:/", "a host's name is expected, without spaces, `:`, `/`, `,`, `=` and control characters"),
)
_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_KEY_AT = re.compile(r" - at `key` in `\$\.?(?P<path>[^`]*)`")


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
        place, what = _of_syntax(str(error))
        raise ConfigError(f"{name}{place}: not TOML: {what}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(text, kind, name, str(error))) from error


def convert(given: object, kind: type[T], name: str) -> T:
    """Return what was given as this type; `name` is what errors call it."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain("", kind, name, str(error))) from None


def fault(file: pathlib.Path, setting: str, what: str) -> ConfigError:
    """Return the error for a setting of this file that has the right form and yet cannot work."""
    *parents, key = setting.split(".")
    place = f"{file}{_line_of(file.read_text('utf-8'), parents, key)}: " if file.is_file() else ""
    return ConfigError(f"{place}`{setting}`: {what}")


def place_of(text: str, path: str) -> str:
    """Return `:LINE` of what this path (`channel.ops.url`, `rule[0].when`) names in a TOML text, or of the table around it; else nothing."""
    *parents, key = path.split(".")
    return _line_of(text, parents, key)


def check_folder(path: pathlib.Path, file: pathlib.Path, setting: str) -> None:
    """Raise ConfigError when no folder can be at this path; nothing is made, and rights are not asked."""
    there = path.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise fault(file, setting, f"{path} cannot be a folder: {there} is no folder")
    real = there.resolve()
    if real.is_relative_to("/dev/shm"):  # noqa: S108 - a folder people may choose, nothing is put there
        return
    if any(real.is_relative_to(kernels) for kernels in ("/proc", "/sys", "/dev")):
        raise fault(file, setting, f"no files can be made in {path}, which is the kernel's")


def _of_syntax(message: str) -> tuple[str, str]:
    """Return `:LINE` and the rest of what tomllib says; at the end of the file it names no line."""
    found = re.fullmatch(r"(?P<what>.*) \(at line (?P<line>\d+), (?P<column>column \d+)\)", message, re.DOTALL)
    return (f":{found['line']}", f"{found['what']} ({found['column']})") if found else ("", message)


def misfit(message: str, kind: type[msgspec.Struct], member: str) -> str:
    """Return in words what msgspec found wrong with something that was given as this type; `member` is what its parts are called."""
    if unknown := _UNKNOWN.search(message):
        parents, key = _parts(unknown["path"] or ""), unknown["key"]
        near = difflib.get_close_matches(key, _keys_at(kind, parents), 1, 0.5)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        return f"no {member} `{'.'.join([*parents, key])}`{hint}"
    if missing := _MISSING.search(message):
        return f"`{'.'.join([*_parts(missing['path'] or ''), missing['key']])}` is missing"
    if at := _KEY_AT.search(message):
        return f"a name in `{at['path']}`: {_in_words(message[: at.start()], None)}"
    if at := _AT.search(message):
        return f"`{at['path']}`: {_in_words(message[: at.start()], _type_at(kind, _parts(at['path'])))}"
    return _in_words(message, kind)


def _explain(text: str, kind: type[msgspec.Struct], name: str, message: str) -> str:
    return f"{name}{_where(text, message)}: {misfit(message, kind, 'setting')}"


def _where(text: str, message: str) -> str:
    if unknown := _UNKNOWN.search(message):
        return _line_of(text, _parts(unknown["path"] or ""), unknown["key"])
    found = _MISSING.search(message) or _AT.search(message)
    parts = _parts(found["path"] or "") if found else []
    return _line_of(text, parts[:-1], parts[-1]) if parts else ""


def _in_words(message: str, kind: object) -> str:
    """Return what msgspec found wrong as a person would say it; what is not known here stays as it is."""
    if enum := _ENUM.fullmatch(message):
        words = [str(word) for word in _allowed(kind) if word]
        near = difflib.get_close_matches(enum["value"].strip("'"), words, 1, 0.5)
        hint = f"; did you mean {near[0]!r}?" if near else f"; use {', '.join(words)}"
        return f"no such value: {enum['value']}{hint}" if words else message
    if pattern := _PATTERN.fullmatch(message):
        return next((words for part, words in _FORMS if part in pattern["pattern"]), "it has not the form it must have")
    if wrong := _WRONG_TYPE.fullmatch(message):
        expected = [_NAMES.get(one, one) for one in wrong["expected"].split(" | ") if one != "null"]
        return f"{' or '.join(expected)} is expected, here is {_NAMES.get(wrong['got'], wrong['got'])}"
    if bound := _BOUND.fullmatch(message):
        return f"{_NAMES.get(bound['expected'], bound['expected'])} {_BOUNDS[bound['sign']]} {bound['limit'].removesuffix('.0')} is expected"
    if length := _LENGTH.fullmatch(message):
        if length["limit"] == "1" and length["sign"] == ">=":
            return "it may not be empty"
        of = "characters" if length["expected"] == "str" else "members"
        return f"{_NAMES[length['expected']]} {_BOUNDS[length['sign']]} {length['limit']} {of} is expected"
    return message


def _allowed(kind: object) -> list[object]:
    inner = [one for part in typing.get_args(kind) for one in _allowed(part)]
    return list(typing.get_args(kind)) if typing.get_origin(kind) is typing.Literal else inner


def _parts(path: str) -> list[str]:
    # `[...]` is msgspec's name for a value of a table of free keys: it is found by its table.
    return [part for part in path.replace("[...]", "").split(".") if part]


def _type_at(kind: object, path: list[str]) -> object:
    for name in path:
        struct = _struct_in(kind)
        if struct is None:
            return kind
        kind = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}.get(_bare(name))
    return kind


def _keys_at(kind: object, parents: list[str]) -> list[str]:
    struct = _struct_in(_type_at(kind, parents))
    return [field.encode_name for field in msgspec.structs.fields(struct)] if struct else []


def _struct_in(kind: object) -> type[msgspec.Struct] | None:
    """Return the struct that this type is, or is a list or an alternative of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((found for part in typing.get_args(kind) if (found := _struct_in(part))), None)


def _bare(part: str) -> str:
    return part.partition("[")[0]


def _line_of(text: str, parents: list[str], key: str) -> str:
    """Return `:LINE` of a key, or else of the nearest table around it; empty when not even that is found.

    tomllib keeps no positions, so the lines are looked at, which is right for files people write.
    """
    found = dict(_lines(text))
    wanted = [*parents, key]
    for length in range(len(wanted), 0, -1):
        place = ".".join(wanted[:length])
        # `any[1]` within a rule has no line of its own, but its list has.
        for name in (place, place.rpartition("[")[0]):
            if name in found:
                return f":{found[name]}"
    return ""


def _lines(text: str) -> typing.Iterator[tuple[str, int]]:
    """Yield each table and each key that a line begins, with its number; the tables of a list are `name[0]`, `name[1]`."""
    current, counts = "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if header := re.match(r"(\[+)\s*([^\]]+?)\s*\]+", stripped):
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
            current = _numbered([part.strip("\"' ") for part in header[2].split(".")], counts)
            yield current, number
        elif key := re.match(r"[\"']?([\w-]+(?:\.[\w-]+)*)[\"']?\s*=", stripped):
            yield (f"{current}.{key[1]}" if current else key[1]), number


def _numbered(parts: list[str], counts: dict[str, int]) -> str:
    names = [".".join(parts[: length + 1]) for length in range(len(parts))]
    return ".".join(
        f"{part}[{counts[name]}]" if name in counts else part for part, name in zip(parts, names, strict=True)
    )
