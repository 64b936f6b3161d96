# SPDX-License-Identifier: MIT
"""What is said of letting hosts in, over the API, as types that the command line reads too."""

from typing import Annotated, Literal

import msgspec

from humeops.event import MAX_INT64
from humeops.security.names import Name

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
# A host that is to be let in bears a plain name: a pattern in its place would pass for the pattern of a token.
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[^\s:/,=*?\x00-\x1f\x7f]+$")]
Hosts = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern=r"^[^\s:/=\x00-\x1f\x7f]+$")]
State = Literal["pending", "enrolled", "denied"]


class Ask(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/enrolments, with a token that enrols: a host, and the SHA-256 of the credential it made."""

    host: Host
    hash: Hash


class Asked(msgspec.Struct):
    """Answer to it."""

    host: str
    state: State
    fingerprint: str


class RequestView(msgspec.Struct, omit_defaults=True):
    """A host that asked to be let in."""

    id: int
    time: int
    host: str
    token: str  # the name of the token it came with
    fingerprint: str
    state: State
    decided_at: int | None = None
    decided_by: str = ""
    certificate: str = ""  # the client certificate with which it asked, as the proxy names it


class RequestPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/enrolments; the newest first, at most 1,000."""

    items: list[RequestView]


class RequestsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/enrolments."""

    state: Literal["", "pending", "enrolled", "denied"] = ""


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/enrolments/decided."""

    id: Annotated[int, msgspec.Meta(ge=1, le=MAX_INT64)]
    approve: bool


class NewEnrolToken(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/enrolments/tokens: for which hosts (patterns, separated by commas), how many of them, until when."""

    name: Name
    hosts: Hosts
    expires_at: Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]
    uses: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1
    asks: bool = False  # each host waits for somebody to approve it


class OldEnrolToken(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/enrolments/tokens/revoked."""

    name: Name


class EnrolTokenView(msgspec.Struct, omit_defaults=True):
    """A token that enrols; `token` itself only in the answer to its making."""

    name: str
    hosts: str
    uses_left: int
    asks: bool
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    token: str = ""


class EnrolTokenPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/enrolments/tokens; all on one page."""

    items: list[EnrolTokenView]


class EnrolTokenRevoked(msgspec.Struct):
    """Answer of POST /api/v1/enrolments/tokens/revoked."""

    name: str
    revoked_at: int


class NewCredential(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/credentials, by an agent: the SHA-256 of what it will show from now on."""

    hash: Hash


class Rotated(msgspec.Struct):
    """Answer to it: until when the credential before is good."""

    host: str
    until: int


class OldAgent(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/credentials/revoked."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class AgentRevoked(msgspec.Struct):
    """Answer of POST /api/v1/credentials/revoked: how many credentials were not yet, and the number of the agent."""

    host: str
    revoked: int
    agent: int


class AgentUnbound(msgspec.Struct):
    """Answer of POST /api/v1/credentials/unbound: how many credentials went with a certificate."""

    host: str
    unbound: int
