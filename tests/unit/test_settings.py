# SPDX-License-Identifier: MIT
"""Configuration errors name the file, the line and the nearest right key."""

from typing import Annotated, Literal

import msgspec
import pytest

from humeops import settings
from humeops.errors import ConfigError


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    port: Annotated[int, msgspec.Meta(ge=1)] = 1
    names: list[str] = []


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    host: Annotated[str, msgspec.Meta(min_length=1)] = "here"
    seconds: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    level: Literal["", "info", "warning"] = ""
    address: Annotated[str, msgspec.Meta(pattern="^(https?://.*)?$")] = ""
    word: Annotated[str, msgspec.Meta(pattern="^[a-z]*$", max_length=7)] = ""
    inner: Inner = msgspec.field(default_factory=Inner)


def test_a_file_that_is_not_there_gives_the_defaults(tmp_path):
    assert settings.load(tmp_path / "none.toml", Outer) == Outer()


def test_a_file_is_read(tmp_path):
    (tmp_path / "a.toml").write_text('host = "there"\n[inner]\nport = 7\n')

    assert settings.load(tmp_path / "a.toml", Outer) == Outer("there", inner=Inner(7))


@pytest.mark.parametrize("make", ["folder", "bytes"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, make):
    path = tmp_path / "a.toml"
    if make == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match=r"a\.toml: cannot be read"):
        settings.load(path, Outer)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hosts = 1", "f:1: no setting `hosts`; did you mean `host`?"),
        ("# host\n\n'hosts' = 1", "f:3: no setting `hosts`; did you mean `host`?"),
        ('\n"hosts" = 1', "f:2: no setting `hosts`; did you mean `host`?"),
        ("zebra = 1", "f:1: no setting `zebra`"),
        ("[inner]\nprt = 1", "f:2: no setting `inner.prt`; did you mean `port`?"),
        ("[ inner ]\nprt = 1", "f:2: no setting `inner.prt`; did you mean `port`?"),
        ("[iner]\nport = 1", "f:1: no setting `iner`; did you mean `inner`?"),
        ("[inner]\nport = 0", "f:2: `inner.port`: a whole number of at least 1 is expected"),
        ("[inner]\nport = 'a'", "f:2: `inner.port`: a whole number is expected, here is text"),
        ("host = 'x'\ninner = 3", "f:2: `inner`: a table is expected, here is a whole number"),
        ("seconds = 0", "f:1: `seconds`: a number above 0 is expected"),
        ("level = 'warn'", "f:1: `level`: no such value: 'warn'; did you mean 'warning'?"),
        ("level = 'fatal'", "f:1: `level`: no such value: 'fatal'; use info, warning"),
        ("address = 'db1:80'", "f:1: `address`: an address is expected, such as http://127.0.0.1:4863"),
        ("word = 'aaaaaaaa'", "f:1: `word`: text of at most 7 characters is expected"),
        ("word = 'A'", "f:1: `word`: it has not the form it must have"),
        ("host = ''", "f:1: `host`: it may not be empty"),
    ],
)
def test_an_error_names_line_key_and_the_nearest_right_one(text, told):
    with pytest.raises(ConfigError) as refused:
        settings.parse(text, Outer, "f")

    assert str(refused.value) == told


def test_a_key_of_the_same_name_in_another_table_is_not_blamed():
    with pytest.raises(ConfigError, match=r"f:3: no setting `inner.host`"):
        settings.parse("host = 'x'\n[inner]\nhost = 'y'", Outer, "f")


def test_a_wrong_item_of_a_list_is_found_by_its_list():
    with pytest.raises(ConfigError, match=r"^f:2: .*inner\.names"):
        settings.parse("[inner]\nnames = ['a', 1]", Outer, "f")


def test_what_is_no_toml_is_told_with_its_place():
    with pytest.raises(ConfigError, match=r"^f:2: not TOML: .* \(column 1\)$"):
        settings.parse("host = 'x'\n= 3", Outer, "f")
