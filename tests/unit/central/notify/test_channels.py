# SPDX-License-Identifier: MIT
import pytest

from humeops.central.notify import channels
from humeops.central.notify.mail import Mail
from humeops.errors import ConfigError

MAIL = {"type": "mail", "to": ["ops@example.org"], "from": "hume@example.org"}
SECRET = "whsec_" + "A" * 44


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"type": "pigeon"}, "`type`: one of mail, webhook, apprise, command is expected"),
        (MAIL | {"to": ["a@b\r\nBcc: c@d"]}, r"`to\[0\]`: a mail address is expected"),
        (MAIL | {"to": []}, "`to`: it may not be empty"),
        (MAIL | {"from": "x\ny <h@x>"}, "`from`: a mail address is expected"),
        ({"type": "mail", "to": ["a@b"]}, "`from` is missing"),
        (MAIL | {"form": "x"}, "no setting `form`; did you mean `from`"),
        (MAIL | {"security": "tsl"}, "`security`: no such value: 'tsl'; did you mean 'tls'"),
        (
            MAIL | {"host": "mail.example", "security": "none", "username": "u", "password": "p"},
            "`security`: a password",
        ),
        (MAIL | {"username": "u"}, "`password`: it is missing"),
        (MAIL | {"zone": "Mars/Olympus"}, "`zone`: 'Mars/Olympus' is no time zone"),
        ({"type": "webhook", "url": "ftp://x"}, "`url`: an address is expected"),
        ({"type": "webhook", "url": "https://u:p@x/"}, "`url`: a name and password go into `headers`"),
        ({"type": "webhook", "url": "https://x/", "secret": "abc"}, "`secret`: a secret is whsec_ and"),
        (
            {"type": "webhook", "url": "https://x/", "headers": {"Host": "y"}},
            "`headers.Host`: this header can't be set",
        ),
        ({"type": "webhook", "url": "https://x/", "headers": {"X": "a\r\nb: c"}}, "`headers.X`: a header's text"),
        ({"type": "webhook", "url": "file:secret"}, "`url`: `file:` is followed by a path"),
        ({"type": "webhook", "url": "credential:../x"}, "`url`: `credential:` is followed by a name"),
        ({"type": "apprise", "url": "not an address"}, "`url`: an Apprise address is expected"),
        ({"type": "command", "argv": ["tell"]}, "`argv`: the first of it is the full path"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_and_its_mend(given, said):
    with pytest.raises(ConfigError, match=f"^channel `ops`: {said}"):
        channels.read(given, "ops")


@pytest.mark.parametrize(
    "given",
    [
        MAIL | {"username": "u", "password": "T0P"},
        {"type": "webhook", "url": "https://x.example/T0P?T0P", "headers": {"X": "T0P"}},
        {"type": "webhook", "url": "https://x.example/T0P", "secret": SECRET},
        {"type": "apprise", "url": "slack://T0P/T0P"},
    ],
)
def test_a_secret_is_in_no_listing_and_no_log(given):
    channel = channels.read(given, "ops")
    shown = f"{channel!r} {channel} {channel.shown()}"

    assert "T0P" not in shown
    assert SECRET not in shown


def test_a_listing_says_where_a_secret_is():
    channel = channels.read({"type": "webhook", "url": "env:HOOK", "headers": {"X": "credential:x"}}, "ops")

    assert (channel.shown()["url"], channel.shown()["headers"]) == ("env:HOOK", {"X": "credential:x"})


@pytest.mark.parametrize(
    ("host", "safety", "port"),
    [("mail.example", "starttls", 587), ("10.0.0.5", "starttls", 587), ("localhost", "none", 25), ("::1", "none", 25)],
)
def test_off_this_machine_mail_goes_in_tls_unless_said_otherwise(host, safety, port):
    channel = channels.read(MAIL | {"host": host}, "ops")

    assert isinstance(channel, Mail)
    assert (channel.safety(), channel.place()[1]) == (safety, port)
