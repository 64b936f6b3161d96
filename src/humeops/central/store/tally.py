# SPDX-License-Identifier: MIT
"""What the store counts of itself. The rest is in central.metrics, which knows this and is not known here."""

from prometheus_client import Counter

CONTENDED = Counter("hume_store_contended", "Transactions done again because another one was faster.", registry=None)
