# SPDX-License-Identifier: MIT
import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.errors import ConfigError
from humeops.wire import hostname
from humeops.wire.codec import is_name


@given(
    st.text(max_size=5)
    | st.characters(max_codepoint=0x2100)
    | st.characters(min_codepoint=0xE0000, max_codepoint=0xE0100)
)
def test_a_hosts_name_is_a_name_without_any_space(text):
    assert hostname.is_host(text) == (bool(text) and is_name(text) and not any(letter.isspace() for letter in text))


@pytest.mark.parametrize("text", ["", "a b", "a/b:c", "db1\n", "x" * 256, "a,b", "a=b", "a\u00a0b"])
def test_what_is_none_is_refused(text):
    with pytest.raises(ConfigError, match=r"`agent.host`: .* cannot be a host's name"):
        hostname.check(text, "agent.host")


@given(st.text(max_size=300))
def test_whatever_a_machine_is_called_it_reports_under_a_hosts_name(machine):
    assert hostname.is_host(hostname.mend(machine))


def test_a_name_that_needs_no_mending_is_kept():
    assert hostname.mend("db1.example.org") == "db1.example.org"
    assert hostname.mend("my host:1") == "my_host_1"
    assert hostname.mend("") == "localhost"
