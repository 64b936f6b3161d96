# SPDX-License-Identifier: MIT
"""What the audit log looks like on the way to a client; imported by the command line, too."""

import msgspec


class AuditView(msgspec.Struct):
    """One act or refusal; `at` is central's time."""

    id: int
    at: int
    actor: str
    via: str
    address: str
    act: str
    object: str
    outcome: str
    detail: str


class AuditPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/audit."""

    items: list[AuditView]
    next: str | None = None
