# SPDX-License-Identifier: MIT
"""Why a request to the other side failed, in words for people. Pure: the error comes in.

HTTP libraries wrap the system's own error several times, and their texts name their classes and objects. The innermost
error knows best; it is told by what it carries and by its class's name, so that no library is imported for it.
"""

from collections.abc import Iterator

_DEEPEST = 10  # wrappers; a circle of errors must not be followed for ever
_WORDS = {
    "RemoteDisconnected": "it closed the connection",
    "IncompleteRead": "the connection broke off",
    "BadStatusLine": "what answers there does not speak HTTP",
    "DecodeError": "its answer cannot be read",
    "LocationValueError": "the address cannot be read",
    "InvalidURL": "the address cannot be read",
    "UnicodeError": "the address cannot be read",
    "TimeoutError": "timed out",
}
_TLS = {
    "WRONG_VERSION_NUMBER": "the other side does not speak it (http:// instead of https://?)",
    "UNEXPECTED_EOF_WHILE_READING": "it closed the connection",
}


def in_words(error: BaseException) -> str:
    """Return why, as `connection refused` or `TLS failed: self-signed certificate`; never the name of a class."""
    for inner in reversed(list(_chain(error))):
        if words := _told(inner):
            return words
    return "the connection failed"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(_DEEPEST):
        if error is None:
            return
        yield error
        wrapped = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
        error = next((one for one in wrapped if isinstance(one, BaseException)), None)


def _told(error: BaseException) -> str:
    if message := getattr(error, "verify_message", ""):
        return f"TLS failed: {str(message).rstrip('.')}"
    reason = getattr(error, "reason", None)
    if isinstance(error, OSError) and isinstance(reason, str):
        return f"TLS failed: {_TLS.get(reason) or reason.replace('_', ' ').lower()}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((_WORDS[name] for name in names if name in _WORDS), "")
