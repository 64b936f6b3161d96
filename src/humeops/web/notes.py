# SPDX-License-Identifier: MIT
"""Forms with which people add what they know: plain ones, which lead back to where they were filled in."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops.api import parameters, people
from humeops.api.service import Asked, Central
from humeops.event import EventId
from humeops.web import rendering


class NoteForm(msgspec.Struct):
    """A note on a task or on a run, or a trouble taken or given back."""

    host: parameters.Pattern
    task: parameters.Pattern
    kind: Literal["note", "take", "release"] = "note"
    run: EventId | Literal[""] = ""
    text: Annotated[str, msgspec.Meta(max_length=4_000)] = ""


Form = Annotated[NoteForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/note", sync_to_thread=True)
def write(central: Central, asked: Asked, data: Form) -> Response[str]:
    """Write it down, and go back to the run or the task."""
    if data.kind != "note" or data.text.strip():
        people.write(central, asked, data.kind, (data.host, data.task), data.run or None, data.text)
    return rendering.go(f"/run/{data.run}" if data.run else rendering.task_path(data.host, data.task))
