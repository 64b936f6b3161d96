# SPDX-License-Identifier: MIT
"""A template and a message's view to text, by Jinja2's sandbox.

Our own templates are rendered here. Those of people's own are rendered in a process of their own (`limited`), because no
sandbox inside this one could end a loop of a hundred million turns or take memory back.
"""

import functools
import pathlib
from typing import Any, Literal

import jinja2
import jinja2.sandbox

from humeops.central.notify import view

Name = Literal["subject", "short", "text", "html"]
FILES: dict[Name, str] = {"subject": "subject.txt", "short": "short.txt", "text": "text.txt", "html": "message.html"}
# Characters of what a template may make.
LIMITS: dict[Name, int] = {"subject": 200, "short": 500, "text": 100_000, "html": 500_000}
FOLDER = pathlib.Path(__file__).parent / "templates"


class TooLongError(ValueError):
    """A template made more than it may."""


@functools.cache
def built_in(name: Name) -> jinja2.Template:
    """Return the template that is used when nobody gave another."""
    return compiled(name, (FOLDER / FILES[name]).read_text("utf-8"))


def compiled(name: Name, text: str) -> jinja2.Template:
    """Return this text as a template; raise jinja2.TemplateSyntaxError.

    Already this may take for ever, since constants are reckoned here: `{{ 9 ** 9 ** 9 }}`.
    """
    return _environment(name == "html").from_string(text)


def render(name: Name, template: jinja2.Template, given: dict[str, Any]) -> str:
    """Return what the template makes of it, made harmless; raise whatever the template does wrong."""
    parts, length = [], 0
    for part in template.generate(given):
        length += len(part)
        # A subject is cut and not refused: how long it gets is not the template's doing alone.
        if length > max(LIMITS[name], 10_000):
            raise TooLongError(f"it made more than {LIMITS[name]:,} characters")
        parts.append(part)
    return harmless(name, "".join(parts))


def harmless(name: Name, made: str) -> str:
    """Return the text with nothing in it that a terminal or a header would obey, whatever a template did."""
    if name in ("subject", "short"):
        return view.line(made, LIMITS[name])
    return view.block(made, LIMITS[name]) + "\n"


@functools.cache
def _environment(autoescape: bool) -> jinja2.sandbox.ImmutableSandboxedEnvironment:
    # No loader: a template includes no file. StrictUndefined: a name that is written wrong is found, not left out.
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.pop("lipsum")
    return made
