# SPDX-License-Identifier: MIT
"""`hume doctor`: gather the facts of this host (`gather`), judge them (`checks`, pure), tell (`report`)."""

from humeops.cli.doctor.verb import command

__all__ = ["command"]
