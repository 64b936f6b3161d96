# SPDX-License-Identifier: MIT
"""The one language in which people choose tasks, runs, events and data: `host:db* level>=warning since:2d "text"`.

`parsing` makes a tree of a text, `printing` a text of a tree, `facts` tells whether a tree holds for one thing. All of it is
pure; SQL is made of trees in central.store alone. docs/reference/filters.md is the reference, and a test reads its examples.
"""
