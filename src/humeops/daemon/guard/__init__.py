# SPDX-License-Identifier: MIT
"""Keeps the users of one humed out of each other's tasks and out of each other's way."""
