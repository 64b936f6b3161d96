# SPDX-License-Identifier: MIT
"""Who sits at central's own machine, as `hume-central` tells a central that runs: `local:1000 mia`. Pure.

It goes into the audit log and decides nothing. It is as good as the owner's token that comes with it, and is believed of no other.
"""

import re

HEADER = "Hume-By"
FORM = re.compile(r"local:[0-9]{1,10} [A-Za-z0-9._?-]{1,64}")


def read(text: str) -> str:
    """Return who it is, nothing for what has not that form."""
    return text if FORM.fullmatch(text) else ""
