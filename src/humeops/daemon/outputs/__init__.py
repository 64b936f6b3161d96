# SPDX-License-Identifier: MIT
"""Where events go beside central: a syslog, a file. They read the spool by themselves, and none of them holds up humed or another."""
