"""The live feed: events seconds after they were acknowledged."""

import asyncio
import time

from fastapi import APIRouter, WebSocket

from control_plane.roles import Role
from dashboard_api.live_feed import Subscriber
from dashboard_api.problems import ProblemError
from dashboard_api.resources import Resources
from dashboard_api.security.access import choose_project, demand
from dashboard_api.security.cookies import ACCESS_COOKIE, refuse_cross_site
from dashboard_api.security.identity import Identity, bearer_token, identify_token
from dashboard_api.security.tokens import unauthenticated

router = APIRouter(tags=["live"])

# RFC 6455 leaves 4000-4999 to applications; these mirror the HTTP status.
CLOSE_CODE_BASE = 4000
# Proxies close quiet connections after a minute.
KEEPALIVE_SECONDS = 20.0
KEEPALIVE = '{"count":0,"events":[]}'


async def identify_socket(socket: WebSocket, resources: Resources, token: str | None) -> Identity:
    """Browsers cannot set headers on a WebSocket, so the cookie counts, from our own pages
    only; other clients send a bearer header or `?token=`."""
    presented = token or bearer_token(socket)
    if presented is None:
        presented = socket.cookies.get(ACCESS_COOKIE)
        refuse_cross_site(socket, resources.settings)
    if presented is None:
        raise unauthenticated("unauthenticated", "Sign in, or send a token.")
    return await identify_token(presented, resources.settings, resources.database)


@router.websocket("/api/v1/live")
async def live(socket: WebSocket, project_id: str | None = None, token: str | None = None) -> None:
    """Sends what ingest publishes for one project until the socket or its token ends.

    Close codes: 4401 sign in or refresh, 4403 not allowed, 4404 no such project, 4422 name one.
    """
    resources: Resources = socket.app.state.resources
    await socket.accept()
    try:
        identity = await identify_socket(socket, resources, token)
        access = choose_project(identity, project_id)
        demand(access, Role.VIEWER)
    except ProblemError as problem:
        await socket.close(CLOSE_CODE_BASE + problem.status, problem.type)
        return
    with resources.live_feed.subscribe(access.project.id) as subscriber:
        await relay(socket, subscriber, identity.expires_at)


async def relay(socket: WebSocket, subscriber: Subscriber, expires_at: float) -> None:
    """Forward until either side goes; whatever the client sends is read and ignored."""
    sender = asyncio.create_task(send_until_expiry(socket, subscriber, expires_at))
    listener = asyncio.create_task(read_until_closed(socket))
    _, pending = await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(sender, listener, return_exceptions=True)


async def send_until_expiry(socket: WebSocket, subscriber: Subscriber, expires_at: float) -> None:
    await socket.send_text(KEEPALIVE)  # tells the page that it is connected and admitted
    while (remaining := expires_at - time.time()) > 0:
        try:
            async with asyncio.timeout(min(remaining, KEEPALIVE_SECONDS)):
                message = await subscriber.next()
        except TimeoutError:
            message = KEEPALIVE
        await socket.send_text(message)
    await socket.close(CLOSE_CODE_BASE + 401, "token-expired")


async def read_until_closed(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        continue
