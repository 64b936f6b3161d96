# SPDX-License-Identifier: MIT
"""What is sent and answered of whom hosts are to believe, as types that the command line reads too."""

import msgspec


class NewTrust(msgspec.Struct, forbid_unknown_fields=True):
    """A bundle, as `hume signers publish` signed it."""

    bundle: str


class TrustView(msgspec.Struct, omit_defaults=True):
    """The bundle that is handed out. Times are ns since 1970; who published it is for people alone."""

    version: int
    signer: str
    until: int
    signers: list[str]
    bundle: str
    at: int = 0
    author: str = ""
