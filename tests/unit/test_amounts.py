# SPDX-License-Identifier: MIT
import pytest

from humeops import amounts


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (7, "", "7"),
        (7.0, "", "7"),
        (0.123456789, "", "0.123457"),
        (2.0**53, "", "9.0072e+15"),
        (73_400_320, "bytes", "73.4 MB"),
        (12.4, "bytes", "12 bytes"),
        (252.3, "s", "4m12s"),
        (-3.0, "s", "-3 s"),
        (5, "sites", "5 sites"),
    ],
)
def test_an_amount_is_worded_by_its_unit(number, unit, text):
    assert amounts.amount(number, unit) == text


def test_a_name_tells_the_unit_where_none_was_said():
    assert [amounts.unit_of(name, "") for name in ("peak_rss_bytes", "wall_s", "sites")] == ["bytes", "s", ""]
    assert amounts.unit_of("wall_s", "min") == "min"
