# SPDX-License-Identifier: MIT
"""The command line for people: one module a verb, everything shared is a noun of its own. Speaks HTTP, imports no server."""
