# SPDX-License-Identifier: MIT
"""What is done with a script that does not verify: policy.toml as a type. Pure."""

import fnmatch
from typing import Annotated, Literal

import msgspec

NAMESPACE = "hume-script@hume"

Policy = Literal["refuse", "report"]


class TaskPolicy(msgspec.Struct, forbid_unknown_fields=True):
    """What is done with scripts of these names, on these hosts."""

    policy: Policy
    name: str = "*"
    host: str = "*"


class PolicySettings(msgspec.Struct, forbid_unknown_fields=True):
    """All of policy.toml; the first entry that matches decides."""

    policy: Policy = "refuse"
    namespace: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,128}$")] = NAMESPACE
    scripts: list[TaskPolicy] = []

    def of(self, name: str, host: str) -> Policy:
        """Return the policy for a script of this name on this host."""
        return next((one.policy for one in self.scripts if _fits(one, name, host)), self.policy)


def _fits(one: TaskPolicy, name: str, host: str) -> bool:
    return fnmatch.fnmatchcase(name, one.name) and fnmatch.fnmatchcase(host, one.host)
