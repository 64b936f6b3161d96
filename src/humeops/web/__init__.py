# SPDX-License-Identifier: MIT
"""The pages for people: rendered here, readable as they arrive, made live by a little JavaScript where there is any."""
