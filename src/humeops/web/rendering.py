# SPDX-License-Identifier: MIT
"""Templates to answers. What a template prints is escaped; what hosts said has its hidden characters written out before.

Every page forbids its browser everything it does not need (Content-Security-Policy): no script but ours, nothing inline, nothing
from elsewhere.
"""

import functools
import hashlib
import pathlib
import urllib.parse
from typing import Any

import jinja2
import markupsafe
from litestar import Response

from humeops import moments
from humeops.api import forms, standing
from humeops.visible import visible
from humeops.web import asking, words

FOLDER = pathlib.Path(__file__).parent
STATIC = FOLDER / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


def page(name: str, status: int = 200, headers: dict[str, str] | None = None, /, **given: Any) -> Response[str]:
    """Return this template as a page; `now_ns` is among what every page is given."""
    text = _templates().get_template(name).render(given)
    return Response(text, status_code=status, media_type="text/html", headers=_HEADERS | (headers or {}))


def go(path: str, headers: dict[str, str] | None = None) -> Response[str]:
    """Return the answer that leads the browser to another page of ours."""
    return page("message.html", 303, {"Location": path, **(headers or {})}, title="One moment", detail="")


def task_path(host: str, task: str) -> str:
    """Return where a task is shown."""
    return f"/task?{urllib.parse.urlencode({'host': host, 'task': task})}"


@functools.cache
def asset(name: str) -> str:
    """Return the address of a file under static/, which changes with its content; empty when this build has none."""
    try:
        content = (STATIC / name).read_bytes()
    except OSError:
        return ""
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


@functools.cache
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        show=_show,
        span=words.span,
        utc=words.utc,
        clock=moments.time_of_day,
        shape=words.shape,
        amount=words.amount,
        value=words.value,
        fault=words.fault,
    )
    made.globals.update(
        asset=asset,
        csrf=_csrf,
        spell=asking.spell,
        narrowed=asking.narrowed,
        standing=standing.of,
        ago=moments.ago,
        ahead=moments.ahead,
        day_and_time=moments.day_and_time,
        zone=words.zone,
    )
    return made


def _csrf() -> markupsafe.Markup:
    """Return the hidden field that each form of a page has to carry."""
    return markupsafe.Markup('<input type="hidden" name="{}" value="{}">').format(forms.FIELD, forms.word.get())


def _show(text: object) -> str:
    # Line feeds are kept for texts of several lines; everything else that hides or steers is written out.
    return "\n".join(visible(line) for line in str(text).split("\n"))
