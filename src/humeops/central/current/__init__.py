# SPDX-License-Identifier: MIT
"""Tasks as they are now: asked of the database, or in large installations of a copy in Redis that costs it nothing."""
