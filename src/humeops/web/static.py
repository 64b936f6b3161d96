# SPDX-License-Identifier: MIT
"""Style sheet, scripts and icons, from the package's own folder and from nowhere else. Their addresses change with their content."""

import functools
from typing import Any

from litestar import Request, Response, get

from humeops.api import links
from humeops.api.problems import NotFoundError
from humeops.web import rendering

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable"}


@get(["/static/{name:str}", "/static/vendor/{name:str}"], sync_to_thread=False)
def serve(name: str) -> Response[bytes]:
    """Return the file of this name."""
    found = _files().get(name)
    if found is None:
        raise NotFoundError("no such file")
    kind, content = found
    return Response(content, media_type=kind, headers=_HEADERS)


@get([links.SIGN_IN + "style.css", links.SIGN_IN + "icon.svg"], sync_to_thread=False)
def serve_to_all(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return what the page for signing in looks like: the two files that are for everybody."""
    kind, content = _files()["icon.svg" if request.scope["path"].endswith("icon.svg") else "signin.css"]
    return Response(content, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})


@functools.cache
def _files() -> dict[str, tuple[str, bytes]]:
    # Read once: what is asked for is only ever looked up among these names.
    found = (*rendering.STATIC.glob("*"), *rendering.STATIC.glob("vendor/*"))
    return {path.name: (_KINDS[path.suffix], path.read_bytes()) for path in found if path.suffix in _KINDS}
