# SPDX-License-Identifier: MIT
"""hume: scripts say what they do, hume keeps it, shows it and tells what went wrong or never came.

The distribution and the import name are `humeops`; the commands are `hume`, `humed` and `hume-central`. Importing this
package imports nothing else: a script that only wants the version pays for nothing.
"""

__version__ = "2.0.0a1"
