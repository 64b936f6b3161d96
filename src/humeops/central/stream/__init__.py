# SPDX-License-Identifier: MIT
"""Intake through Redis Streams, for large installations: the API puts batches in, workers fold them into the database."""
