# SPDX-License-Identifier: MIT
"""Central: takes what hosts forward, keeps it in a database, and knows what every task and run is now.

Read `intake` first: one batch, one transaction. `fold`, `verdict`, `reason`, `timeline` and `watermark` decide and are
pure; `store` is the only part that knows which database it is.
"""
