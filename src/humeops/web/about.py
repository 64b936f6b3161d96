# SPDX-License-Identifier: MIT
"""The form in which people say what a task is for, whose it is, where it is written what to do, and which tags it has beside its script's.

Only what was changed in the form is said, so that two who change two things take nothing from each other. What is left empty, and a
watch declares, is shown in its place as what counts meanwhile. What is wrong is told above the form, which stays as it was typed.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.api import parameters, people, views
from humeops.api.parameters import ParameterError
from humeops.central.store import people as said
from humeops.central.store import purposes
from humeops.central.store.purposes import Purpose
from humeops.visible import visible

MEMBERS = ("description", "owner", "runbook", "tags")
_EMPTY = "{}"


class Form(msgspec.Struct):
    """What was filled in; `before`: what stood there when the page was made, as JSON. Line feeds come as two characters."""

    host: parameters.Pattern
    task: parameters.Pattern
    description: Annotated[str, msgspec.Meta(max_length=8_000)] = ""
    owner: people.Line = ""
    runbook: people.Line = ""
    tags: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    before: Annotated[str, msgspec.Meta(max_length=40_000)] = _EMPTY

    @property
    def typed(self) -> dict[str, str]:
        """What stands in each field."""
        return {name: getattr(self, name).replace("\r\n", "\n").strip() for name in MEMBERS}


class Typed(NamedTuple):
    """A form that was not taken, and why."""

    form: Form
    wrong: str


def wish_of(form: Form) -> people.NewAbout | None:
    """Return what was changed, None when nothing was; ParameterError for what can't be meant."""
    try:
        before = msgspec.json.decode(form.before, type=dict[str, str])
    except msgspec.MsgspecError:
        before = {}
    changed: dict[str, Any] = {name: text for name, text in form.typed.items() if text != before.get(name, "")}
    if not changed:
        return None
    if "tags" in changed:
        stood, typed = _tags(before.get("tags", "")), _tags(changed.pop("tags"))
        changed |= {"tag": sorted(typed - stood), "untag": sorted(stood - typed)}
    try:
        return msgspec.convert({"host": form.host, "task": form.task, **changed}, people.NewAbout)
    except msgspec.ValidationError as error:
        raise ParameterError(str(error)) from None


def _tags(text: str) -> set[str]:
    return {tag for part in text.split(",") if (tag := part.strip())}


def shown(connection: sa.Connection, name: said.Name, typed: Typed | None) -> Mapping[str, Any]:
    """Return what the page of a task shows of it, with the form as it stands or, where it was not taken, as it was typed."""
    about, purpose = said.about(connection, name), purposes.of(connection, name)
    stands = _stands(about)
    return {
        "about": views.about_view(about, purpose),
        "declared": _declared(purpose),
        "fields": typed.form.typed if typed else stands,
        "before": typed.form.before if typed else msgspec.json.encode(stands).decode(),
        "wrong": typed.wrong if typed else "",
    }


def _stands(about: said.About | None) -> dict[str, str]:
    if about is None:
        return dict.fromkeys(MEMBERS, "")
    tags = ", ".join(one.tag for one in about.tags)
    stands = {"description": about.description, "owner": about.owner, "runbook": about.runbook, "tags": tags}
    # As a page shows it: what comes back as it was shown is not changed, whatever was hidden in it.
    return {name: "\n".join(map(visible, text.split("\n"))) for name, text in stands.items()}


def _declared(purpose: Purpose) -> dict[str, str]:
    """Return what a watch declares and nobody said otherwise."""
    texts = purpose._asdict()
    return {name: texts[name] for name, word in purpose.words.items() if word.source != purposes.ABOUT}
