# SPDX-License-Identifier: MIT
"""humed, the daemon on each host: takes what hume says, keeps it durably, forwards it, lets go when central has it."""
