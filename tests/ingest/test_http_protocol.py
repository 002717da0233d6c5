"""A connection has a deadline for the head of its request."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ingest import __main__
from ingest.http_protocol import DeadlineProtocol, with_deadline

DEADLINE = 0.5


async def _empty(_: Any, __: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(_empty, log_config=None)
    config.load()

    def protocol() -> DeadlineProtocol:
        return with_deadline(DEADLINE)(config, ServerState(), {})

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.mark.parametrize("head", [b"", b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"])
async def test_a_connection_without_a_whole_head_is_closed_at_the_deadline(
    port: int, head: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    started = time.monotonic()
    writer.write(head)
    assert await reader.read() == b""
    assert DEADLINE - 0.05 < time.monotonic() - started < DEADLINE + 5
    writer.close()


async def test_an_answered_connection_may_wait_longer_for_its_next_request(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        await asyncio.sleep(DEADLINE + 0.2)
    writer.close()


def test_the_deadline_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, **_: served.append(server.config))
    monkeypatch.setenv("HEADER_DEADLINE_SECONDS", "2.5")
    __main__.main()
    (config,) = served
    assert isinstance(config.http, type)
    assert issubclass(config.http, DeadlineProtocol)
    assert config.http.header_deadline_seconds == 2.5
