# SPDX-License-Identifier: MIT
"""Who may do what: tokens that prove who somebody is, and the one function that decides."""
