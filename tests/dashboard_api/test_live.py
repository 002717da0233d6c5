"""The live feed over a real server, WebSocket and Redis."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import redis
import uvicorn
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from control_plane.roles import Role
from dashboard_api.application import create_app
from dashboard_api.live_feed import BUFFERED_MESSAGES, LiveFeed, Subscriber
from dashboard_api.security.tokens import issue_access_token, read_access_token
from dashboard_api.settings import Settings
from stack.ports import free_port
from tests.dashboard_api.conftest import BASE_URL, Team

HELLO = {"count": 0, "events": []}
EVENT = {"count": 1, "events": [{"event_id": "e1", "event_name": "signed_up"}]}
PATIENCE = 10


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    yield f"ws://127.0.0.1:{port}/api/v1/live"
    server.should_exit = True
    thread.join()


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with serving(settings) as address:
        yield address


@pytest.fixture
def publisher(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def listen(address: str, headers: dict[str, str] | None = None, **query: str) -> ClientConnection:
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    return connect(f"{address}?{parameters}", additional_headers=headers, proxy=None)


def receive(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(timeout=PATIENCE))


def refusal(socket: ClientConnection) -> tuple[int | None, str | None]:
    """The code and reason with which the server closes, after whatever it sends before."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=PATIENCE)
    return socket.close_code, socket.close_reason


def publish(publisher: redis.Redis, project_id: str, message: object) -> None:
    """Waits for the feed to subscribe; Redis says how many listened."""
    deadline = time.monotonic() + PATIENCE
    while publisher.publish(f"live:{project_id}", json.dumps(message)) == 0:
        assert time.monotonic() < deadline, "nobody subscribed"
        time.sleep(0.02)


def test_events_of_the_project_arrive(address: str, team: Team, publisher: redis.Redis) -> None:
    viewer = team.members[Role.VIEWER].headers
    with listen(address, viewer, project_id=team.project_id) as socket:
        assert receive(socket) == HELLO
        publish(publisher, team.project_id, EVENT)
        assert receive(socket) == EVENT


def test_two_projects_do_not_mix(address: str, team: Team, publisher: redis.Redis) -> None:
    viewer = team.members[Role.VIEWER].headers
    with listen(address, viewer, project_id=team.project_id) as socket:
        assert receive(socket) == HELLO
        publisher.publish(f"live:{team.other_project_id}", json.dumps({"count": 9}))
        publish(publisher, team.project_id, EVENT)
        assert receive(socket) == EVENT


def test_a_token_may_come_in_the_address(address: str, team: Team) -> None:
    token = team.members[Role.VIEWER].token
    with listen(address, project_id=team.project_id, token=token) as socket:
        assert receive(socket) == HELLO


def test_a_read_key_may_watch_its_project(address: str, team: Team) -> None:
    with listen(address, token=team.read_key) as socket:
        assert receive(socket) == HELLO


def test_who_may_not_watch_is_told_why(address: str, team: Team) -> None:
    viewer = team.members[Role.VIEWER].headers
    with listen(address, project_id=team.project_id) as socket:
        assert refusal(socket) == (4401, "unauthenticated")
    with listen(address, project_id=team.project_id, token="forged") as socket:
        assert refusal(socket) == (4401, "token-invalid")
    with listen(address, viewer, project_id=team.other_project_id) as socket:
        assert refusal(socket) == (4404, "unknown-project")


def test_a_page_of_another_site_cannot_listen_with_our_cookie(address: str, team: Team) -> None:
    cookie = {"cookie": f"access_token={team.members[Role.VIEWER].token}"}
    with listen(address, {**cookie, "origin": BASE_URL}) as socket:
        assert receive(socket) == HELLO
    with listen(address, {**cookie, "origin": "http://evil.test"}) as socket:
        assert refusal(socket) == (4403, "cross-site-request")


def test_an_expiring_token_closes_the_socket(settings: Settings, team: Team) -> None:
    short = settings.model_copy(update={"access_token_seconds": 2})
    claims = read_access_token(settings, team.members[Role.VIEWER].token)
    with serving(short) as address:
        token = issue_access_token(short, claims.user_id, claims.session_id)
        with listen(address, token=token) as socket:
            assert receive(socket) == HELLO
            assert refusal(socket) == (4401, "token-expired")


def test_what_a_client_sends_is_ignored(address: str, team: Team, publisher: redis.Redis) -> None:
    with listen(address, team.members[Role.VIEWER].headers) as socket:
        assert receive(socket) == HELLO
        socket.send("hello")
        socket.send(b"\x00binary")
        publish(publisher, team.project_id, EVENT)
        assert receive(socket) == EVENT


class DeafOnce(LiveFeed):
    """Loses its first cancellation, as redis-py does when the answer comes with it."""

    async def read(self, pubsub: PubSub) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await super().read(pubsub)


async def test_the_feed_ends_though_a_cancellation_was_lost(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client, asyncio.timeout(PATIENCE):
        async with DeafOnce(client).running():
            await asyncio.sleep(0)  # lets the reader begin: one that has not hears nothing


async def test_a_slow_socket_loses_the_oldest_messages() -> None:
    subscriber = Subscriber()
    for number in range(BUFFERED_MESSAGES + 10):
        subscriber.put(str(number))

    assert len(subscriber.messages) == BUFFERED_MESSAGES
    assert await subscriber.next() == "10"
