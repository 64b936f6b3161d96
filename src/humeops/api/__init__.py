# SPDX-License-Identifier: MIT
"""Central's HTTP face: intake for humed, questions for people. One module a resource; `schemas` is shared with the command line.

This file imports nothing, so that `humeops.api.schemas` stays light for the command line.
"""
