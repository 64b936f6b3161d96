# SPDX-License-Identifier: MIT
"""Signing in at an OpenID provider: authorization code with PKCE, one provider, nobody let in without a grant."""
