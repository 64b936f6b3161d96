# SPDX-License-Identifier: MIT
"""/api/v1/trust: whom hosts are to believe, as an admin signed it elsewhere. Central keeps it and hands it out; hosts verify it.

The one thing that a host's agent may read. What central could check without any key is checked here, so that a mistake is noticed by
whoever makes it and not by the hosts.
"""

import datetime

import anyio.to_thread
import sqlalchemy as sa
from litestar import get, put

from humeops.api import acting, barring, parameters
from humeops.api.parameters import NoQuery, ParameterError
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.api.trustviews import NewTrust, TrustView
from humeops.central.store import trusting
from humeops.central.store.trusting import Published
from humeops.clock import NS_PER_SECOND
from humeops.errors import UnavailableError
from humeops.event import MAX_INT64
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.security.signing import bundle
from humeops.security.signing.bundle import Bundle, BundleError


@get("/api/v1/trust")
async def show_trust(central: Central, asked: Asked) -> TrustView:
    """Return the bundle that hosts get."""
    actor = asked.actor
    roles.authorize(actor, "read", Thing("trust", actor.host))
    parameters.read(asked.parameters, NoQuery)
    view = await anyio.to_thread.run_sync(find, central)
    if view is None:
        raise NotFoundError("nobody has published yet whom hosts are to believe: hume signers publish DIR")
    if actor.agent is not None:
        view.at, view.author = 0, ""
    return view


@put("/api/v1/trust", status_code=201, guards=barring.to_write("trust"))
async def publish_trust(central: Central, asked: Asked, data: NewTrust) -> TrustView:
    """Hand this bundle out from now on."""
    roles.authorize(asked.actor, "write", Thing("trust"))
    return await anyio.to_thread.run_sync(_publish, central, asked, data.bundle)


def find(central: Central) -> TrustView | None:
    """Return the bundle that hosts get; None while there is none."""
    with central.database.reading() as connection:
        published = trusting.newest(connection)
    if published is None:
        return None
    try:
        return _view(published, bundle.unpack(published.body.encode())[0])
    except BundleError as error:
        # Nobody put it there over the API.
        raise UnavailableError(f"what the database has as version {published.version} is no bundle: {error}") from None


def _publish(central: Central, asked: Asked, text: str) -> TrustView:
    now_ns = central.clock.wall_ns()
    try:
        found, _ = bundle.unpack(text.encode())
    except (BundleError, UnicodeEncodeError) as error:
        raise ParameterError(str(error)) from None
    if _ns(found.until) <= now_ns:
        raise ParameterError(f"it was good until {found.not_after}, which is past")
    published = Published(found.version, now_ns, asked.actor.name, text)

    def change(connection: sa.Connection) -> None:
        before = trusting.newest(connection)
        if before is not None and before.version >= found.version:
            raise ParameterError(
                f"version {before.version} is handed out, so hosts would not take version {found.version}"
            )
        trusting.put(connection, published)
        detail = f"signed by {found.signer}, good until {found.not_after}, {len(found.signers)} signers"
        acting.note(connection, central, asked, "publish trust", f"version {found.version}", detail)

    central.database.write(change)
    return _view(published, found)


def _view(published: Published, found: Bundle) -> TrustView:
    names = sorted({name for signer in found.signers for name in signer.names})
    return TrustView(
        found.version, found.signer, _ns(found.until), names, published.body, published.at, published.author
    )


def _ns(moment: datetime.datetime) -> int:
    return min(int(moment.timestamp()) * NS_PER_SECOND, MAX_INT64)
