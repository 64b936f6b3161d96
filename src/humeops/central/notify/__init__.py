# SPDX-License-Identifier: MIT
"""Telling people: what is said (`message`), how it is worded (`wording`), and the channels that carry it."""
