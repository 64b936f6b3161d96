# SPDX-License-Identifier: MIT
"""A person signs in to a central elsewhere once, and every question finds it."""

import subprocess

import pytest

from tests.fixtures import processes
from tests.fixtures.asking import agent_of
from tests.fixtures.events import a_run, say


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central("--agent-host", "elsewhere")
        with agent_of(made) as agent:
            agent.send(*a_run(say("data", 2, data={"bytes": 7})))
        yield made


@pytest.fixture
def person(central, tmp_path):
    """Run hume as somebody with no folder of their own; what is said on standard input comes first."""

    def run(stdin, *words, **more):
        environ = {**central.environ(), "HUME_DIR": str(tmp_path / "none"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        command = [processes.BIN / "hume", *words]
        done = subprocess.run(
            command, input=stdin, env={**environ, **more}, capture_output=True, text=True, timeout=60, check=False
        )
        assert not done.stdout or "hume_p_" not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def url(central):
    return central.layout.central_url.read_text().strip()


@pytest.fixture
def token(central):
    return central.layout.person_token.read_text()


def test_who_signed_in_asks_without_saying_where(person, url, token, tmp_path):
    assert person(token, "login", url).returncode == 0

    assert "backup" in person("", "status").stdout
    assert (tmp_path / "config/hume/profiles.toml").stat().st_mode & 0o777 == 0o600


def test_a_profile_is_chosen_by_its_name(person, url, token):
    assert person(token, "login", url, "--profile", "work").returncode == 0

    assert person("", "status").returncode != 0
    assert "backup" in person("", "status", "--central", "work").stdout
    assert "backup" in person("", "status", HUME_PROFILE="work").stdout
    assert person("", "status", HUME_PROFILE="play").returncode == 64


def test_a_value_of_another_host_is_got_by_a_profile(person, url, token):
    person(token, "login", url)

    assert person("", "get", "elsewhere:backup/bytes").stdout == "7\n"


def test_a_token_that_does_not_open_is_not_kept(person, url, tmp_path):
    refused = person("hume_p_wrong\n", "login", url)

    assert refused.returncode == 77
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize(("stdin", "words"), [("", ()), ("two words\n", ()), ("x\n", ("--profile", "a/b"))])
def test_what_cannot_be_kept_is_refused(person, url, stdin, words):
    assert person(stdin, "login", url, *words).returncode == 64


def test_an_address_that_is_none_is_refused(person):
    assert person("x\n", "login", "ftp://x").returncode == 64


@pytest.mark.parametrize("url", ["http://hume.example", "http://192.0.2.1:4863", "http://[2001:db8::1]/"])
def test_no_token_goes_over_a_network_in_the_clear(person, token, url, tmp_path):
    refused = person(token, "login", url)

    assert refused.returncode == 64
    assert "in the clear" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "config").exists()


def test_a_file_that_others_can_read_is_refused(person, url, token, tmp_path):
    person(token, "login", url)
    (tmp_path / "config/hume/profiles.toml").chmod(0o644)

    refused = person("", "status")

    assert refused.returncode == 64
    assert "chmod 600" in refused.stderr


@pytest.mark.parametrize("text", ["[default", "[default]\nurl = 1\n", "default = 3\n", '[default]\nurl = "http://x"\n'])
def test_a_damaged_file_is_named(person, tmp_path, text):
    path = tmp_path / "config/hume/profiles.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)

    refused = person("", "status")

    assert refused.returncode == 64
    assert str(path) in refused.stderr
