# SPDX-License-Identifier: MIT
"""How a message reads: its subject, its text, its HTML and its short form, from templates.

Each of the four may be replaced. A replacement that fails is never the reason that nobody is told: the built-in one is
used, and the message says so.
"""

import logging
import pathlib
from typing import Any

import markupsafe

from humeops.central.notify import clocks, limited, rendering, view
from humeops.central.notify.channel import NotifySettings
from humeops.central.notify.clocks import Clock
from humeops.central.notify.message import Item, Line, Message
from humeops.central.notify.rendering import FILES, Name
from humeops.errors import ConfigError, explain

log = logging.getLogger(__name__)

MOST_TEMPLATE = 100_000  # bytes of a template of people's own


class Wording:
    """Words messages in one zone; `zone` is "" for that of this machine. Cheap to make, and to make again for another zone."""

    def __init__(self, templates: dict[Name, str] | None = None, zone: str = "") -> None:
        """Take these in place of the built-in templates; raise ConfigError for an unknown zone. `check` looks at templates."""
        self._templates = dict(templates or {})
        self._clock: Clock = clocks.of(zone)
        self._made: tuple[Message, dict[Name, str | limited.TemplateFaultError]] | None = None

    def in_zone(self, zone: str) -> "Wording":
        """Return the same wording by another zone's clock; this one when no zone is named."""
        return Wording(self._templates, zone) if zone else self

    def subject(self, message: Message) -> str:
        """Return one line of at most 200 characters, fit for a mail's header."""
        return self._word("subject", message)

    def short(self, message: Message) -> str:
        """Return one line of at most 500 characters, for chats, telephones and logs."""
        return self._word("short", message)

    def text(self, message: Message) -> str:
        """Return the whole of it in plain text; nothing in it steers a terminal."""
        return self._word("text", message)

    def html(self, message: Message) -> str:
        """Return the whole of it as a page that loads nothing and runs nothing."""
        return self._word("html", message)

    def _word(self, name: Name, message: Message) -> str:
        given = view.of(message, self._clock)
        if name in self._templates:
            made = self._replaced(message, given)[name]
            if isinstance(made, str) and made.strip():
                return made
            return self._instead(name, given, str(made) if isinstance(made, Exception) else "it made nothing")
        return _built_in(name, given)

    def _replaced(self, message: Message, given: dict[str, Any]) -> dict[Name, str | limited.TemplateFaultError]:
        # A mail asks for three of them: one process makes all, and they are kept until the next message.
        kept = self._made
        if kept is None or kept[0] is not message:
            # Put there whole, and not read again: another thread may be wording another message.
            kept = self._made = (message, limited.render(self._templates, given))
        return kept[1]

    def _instead(self, name: Name, given: dict[str, Any], fault: str) -> str:
        log.warning("the template `%s` failed, hume's own was used: %s", name, view.line(fault))
        made = _built_in(name, given)
        note = f"(your template `{name}` failed, this is hume's own: {view.line(fault, 300)})"
        if name == "text":
            return f"{made}{note}\n"
        if name == "html":
            return made.replace("</body>", f'<p class="soft">{markupsafe.escape(note)}</p>\n</body>')
        return made  # one line has no room for it; the log and the other forms say it


def of(settings: NotifySettings, root: pathlib.Path) -> Wording:
    """Return the wording that central's settings ask for; a folder that is not absolute lies in central's own.

    Raise ConfigError for templates that do not work: that is said before somebody is to be told.
    """
    clocks.of(settings.zone, "notify.zone")
    return Wording(read(root / settings.templates) if settings.templates else None, settings.zone)


def read(folder: pathlib.Path) -> dict[Name, str]:
    """Return the templates that lie in this folder; raise ConfigError for one that can't be read or does not work."""
    found: dict[Name, str] = {}
    try:
        names = {file.name for file in folder.iterdir() if not file.name.startswith(".")}
        for name, file in FILES.items():
            if file in names:
                found[name] = _read(folder / file)
    except OSError as error:
        raise ConfigError(f"`notify.templates`: {explain(error)}") from error
    if strange := sorted(names - set(FILES.values())):
        raise ConfigError(f"{folder / strange[0]}: no such template; their names are {', '.join(FILES.values())}")
    for name, wrong in check(found).items():
        raise ConfigError(f"{folder / FILES[name]}: {wrong}")
    return found


def check(templates: dict[Name, str]) -> dict[Name, str]:
    """Return what is wrong with these templates, tried on messages of several kinds; nothing when all of them work."""
    wrong: dict[Name, str] = {
        name: f"a template has at most {MOST_TEMPLATE:,} bytes"
        for name, text in templates.items()
        if len(text.encode("utf-8", "replace")) > MOST_TEMPLATE
    }
    for message in examples():
        tried = {name: text for name, text in templates.items() if name not in wrong}
        for name, made in limited.render(tried, view.of(message, Clock())).items():
            if isinstance(made, Exception):
                wrong[name] = f"with a message of kind `{message.kind}`: {made}"
    return wrong


def examples() -> list[Message]:
    """Return a message of each sort that a template must be able to word."""
    at = 1_795_832_102_000_000_000
    told = Line(time_ns=at, level="error", message="No space left on device")
    one = Item(
        host="db1",
        task="backup",
        before="ok",
        state="failed",
        reason="exit 3 at line 41",
        since_ns=at,
        events=(told,),
        output="tar: /backup: write error",
        tags=("cron",),
        next_expected_ns=at + 86_400_000_000_000,
        downtime_ns=60_000_000_000,
    )
    bare = Item(host="db1", task="", before="", state="silent", reason="", since_ns=at)
    return [
        Message(key="example", kind="problem", time_ns=at, items=(one,)),
        Message(key="example", kind="recovery", time_ns=at, items=(one, bare)),
        Message(key="example", kind="notice", time_ns=at, items=(), note="central was away"),
    ]


def _read(file: pathlib.Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(MOST_TEMPLATE + 1)
    if len(content) > MOST_TEMPLATE:
        raise ConfigError(f"{file}: a template has at most {MOST_TEMPLATE:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: this is no text in UTF-8") from None


def _built_in(name: Name, given: dict[str, Any]) -> str:
    if name == "html":
        given = given | {"subject": _built_in("subject", given), "short": _built_in("short", given)}
    return rendering.render(name, rendering.built_in(name), given)
