# SPDX-License-Identifier: MIT
"""What tests of hume, and of programs around it, may use: a proxy that breaks connections on purpose."""
