# SPDX-License-Identifier: MIT
"""Central's database: the only place that knows which engine it is (SQLite now; PostgreSQL joins behind the same names).

`database` opens it, `tables` says what is in it, `taking` writes one batch, `questions` reads, `agents` knows who may.
"""
