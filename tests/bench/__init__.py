# SPDX-License-Identifier: MIT
"""The numbers of docs/reference/benchmarks.md, measured on real processes: `make bench`. Ratios come from one run each."""
