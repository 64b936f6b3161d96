# SPDX-License-Identifier: MIT
"""Connections to central as humed's settings want them: through a proxy, with a CA of one's own, with an end to waiting."""

from typing import Any

import urllib3

from humeops.daemon.config import CentralSettings


def open_pool(central: CentralSettings) -> urllib3.PoolManager:
    """Return connections that are tried once and follow nobody elsewhere."""
    options: dict[str, Any] = {
        "maxsize": 1,
        "timeout": urllib3.Timeout(total=central.timeout_seconds),
        "retries": False,
    }
    if central.ca_file:
        # Instead of the system's: a private central is vouched for by nobody else.
        options["ca_certs"] = central.ca_file
    if not central.proxy:
        return urllib3.PoolManager(**options)
    proxy = urllib3.util.parse_url(central.proxy)
    headers = urllib3.make_headers(proxy_basic_auth=proxy.auth) if proxy.auth else None
    return urllib3.ProxyManager(proxy._replace(auth=None).url, proxy_headers=headers, **options)
