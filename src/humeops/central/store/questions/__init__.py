# SPDX-License-Identifier: MIT
"""What readers may ask of the database: one module a resource, one function a question, every list by keyset pages."""
