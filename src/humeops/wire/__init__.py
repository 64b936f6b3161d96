# SPDX-License-Identifier: MIT
"""Bytes to events and back: the wire's codec, the drop folder's file form, the reply line, the batch. Pure."""
