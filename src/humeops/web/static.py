# SPDX-License-Identifier: MIT
"""Style sheet, scripts and icons, from the package's own folder and from nowhere else. Their addresses change with their content."""

import functools

from litestar import Response, get

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


@functools.cache
def _files() -> dict[str, tuple[str, bytes]]:
    # Read once: what is asked for is only ever looked up among these names.
    found = (*rendering.STATIC.glob("*"), *rendering.STATIC.glob("vendor/*"))
    return {path.name: (_KINDS[path.suffix], path.read_bytes()) for path in found if path.suffix in _KINDS}
