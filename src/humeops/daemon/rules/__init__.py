# SPDX-License-Identifier: MIT
"""What the rules of humed.toml make of an event: pure, so that `hume rules test` says what humed would do."""
