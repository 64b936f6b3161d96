# SPDX-License-Identifier: MIT
"""Makes the pictures of the pages anew: `python -m tests.pictures FOLDER` (see __main__)."""
