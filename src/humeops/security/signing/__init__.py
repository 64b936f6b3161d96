# SPDX-License-Identifier: MIT
"""Signed scripts: what a signature says (`manifest`), where it stands (`envelope`), whom this host believes (`trust`), and the check."""
