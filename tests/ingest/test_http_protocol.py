"""Deadlines for what clients send, and answers in one write."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ingest import __main__
from ingest.http_protocol import CaptureProtocol, Deadlines, with_deadlines

DEADLINE = 0.5


async def _empty(_: Any, __: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def _length_of_body(_: Any, receive: Any, send: Any) -> None:
    """Answers the number of bytes received, or 408."""
    status, size, more = 200, 0, True
    while more:
        try:
            message = await receive()
        except TimeoutError:
            status, more = 408, False
        else:
            size, more = size + len(message["body"]), message["more_body"]
    body = b"%d" % size
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def with_note(note: bytes) -> Any:
    async def application(_: Any, __: Any, send: Any) -> None:
        headers = [(b"content-length", b"0"), (b"x-note", note)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return application


def protocol_for(application: Any) -> CaptureProtocol:
    config = uvicorn.Config(
        application, log_config=None, access_log=False, server_header=False, date_header=False
    )
    config.load()
    return with_deadlines(Deadlines(DEADLINE, DEADLINE))(config, ServerState(), {})


@asynccontextmanager
async def serving(application: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol_for(application), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(_empty) as port:
        yield port


class Recorded(asyncio.Transport):
    """Keeps what is written, write by write."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)})
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


async def answer_of(application: Any, request: bytes) -> Recorded:
    protocol, transport = protocol_for(application), Recorded()
    protocol.connection_made(transport)
    protocol.data_received(request)
    await asyncio.wait(protocol.tasks)
    protocol.connection_lost(ConnectionResetError())  # ends its timers, and closes nothing
    return transport


async def test_an_answer_of_known_length_is_one_write() -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    transport = await answer_of(_length_of_body, post)
    assert transport.writes == [b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n3"]
    assert not transport.closed


async def test_a_client_that_asks_for_it_is_disconnected_after_its_answer() -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    transport = await answer_of(_length_of_body, post)
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n"
    assert b"".join(transport.writes) == head + b"0"
    assert transport.closed


async def test_an_answer_without_a_length_is_left_to_uvicorn() -> None:
    transport = await answer_of(_empty, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"".join(transport.writes) == b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
async def test_a_line_end_in_a_header_never_reaches_the_client(line_end: bytes) -> None:
    application = with_note(b"a" + line_end + b"set-cookie: b=c")
    transport = await answer_of(application, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"set-cookie" not in b"".join(transport.writes)


async def test_requests_sent_at_once_are_answered_in_their_order() -> None:
    async with serving(_length_of_body) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"".join(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (n, b"x" * n)
                for n in (3, 1, 2)
            )
        )
        for length in (b"3", b"1", b"2"):
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(1) == length
        writer.close()


async def test_a_body_has_a_deadline_however_it_trickles_in() -> None:
    async with serving(_length_of_body) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.monotonic()
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
        while not answer.done():
            writer.write(b"x")
            await asyncio.sleep(DEADLINE / 10)
        assert (await answer).startswith(b"HTTP/1.1 408")
        assert DEADLINE - 0.05 < time.monotonic() - started < DEADLINE + 5
        writer.close()


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
    monkeypatch.setenv("BODY_DEADLINE_SECONDS", "7.5")
    __main__.main()
    (config,) = served
    assert isinstance(config.http, type)
    assert issubclass(config.http, CaptureProtocol)
    assert config.http.deadlines == Deadlines(head=2.5, body=7.5)
