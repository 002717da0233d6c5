"""Deadlines for what clients send, and the short way of requests that came as a whole."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ingest import __main__
from ingest.http_protocol import CaptureProtocol, Deadlines, Respond, ShortWay, protocol_class

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


class Later:
    """A short way that keeps whom to answer; `declines` leaves requests to the application."""

    def __init__(self, *, declines: bool = False) -> None:
        self.declines = declines
        self.bodies: list[bytes] = []
        self._respond: list[Respond] = []

    def begin(self, _: Any, body: bytes, respond: Respond) -> bool:
        if not self.declines:
            self.bodies.append(body)
            self._respond.append(respond)
        return not self.declines

    def answer(self, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        """The oldest request that was not answered yet."""
        length = (b"content-length", b"%d" % len(body))
        self._respond.pop(0)(200, (length, *headers), body)


def protocol_for(application: Any, short_way: ShortWay | None = None) -> CaptureProtocol:
    config = uvicorn.Config(
        application, log_config=None, access_log=False, server_header=False, date_header=False
    )
    config.load()
    return protocol_class(Deadlines(DEADLINE, DEADLINE), short_way)(config, ServerState(), {})


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

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n"


@pytest.fixture
async def short_way() -> Later:
    return Later()


@pytest.fixture
async def transport() -> Recorded:
    return Recorded()


@pytest.fixture
async def connection(short_way: Later, transport: Recorded) -> AsyncIterator[CaptureProtocol]:
    protocol = protocol_for(_length_of_body, short_way)
    protocol.connection_made(transport)
    yield protocol
    if protocol.parser is not None:
        protocol.connection_lost(ConnectionResetError())  # ends its timers, and closes nothing


async def test_a_request_that_came_as_a_whole_is_answered_in_one_write(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST + b"abc")
    assert short_way.bodies == [b"abc"]
    assert not connection.tasks
    assert transport.writes == []
    short_way.answer(b"3")
    assert transport.writes == [ANSWER + b"\r\n3"]
    assert not transport.closed


async def test_the_application_answers_what_the_short_way_declines(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    short_way.declines = True
    connection.data_received(POST + b"abc")
    await asyncio.wait(connection.tasks)
    assert b"".join(transport.writes) == ANSWER + b"\r\n3"


async def test_the_application_answers_when_the_body_comes_after_its_head(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST + b"a")
    connection.data_received(b"bc")
    await asyncio.wait(connection.tasks)
    assert short_way.bodies == []
    assert b"".join(transport.writes) == ANSWER + b"\r\n3"


async def test_a_request_waits_for_the_answer_to_the_one_before_it(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST + b"abc" + POST + b"def")
    assert short_way.bodies == [b"abc"]
    short_way.answer(b"1")
    assert short_way.bodies == [b"abc", b"def"]
    short_way.answer(b"2")
    assert transport.writes == [ANSWER + b"\r\n1", ANSWER + b"\r\n2"]


async def test_the_body_of_a_request_that_had_to_wait_has_a_deadline_too(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST + b"abc" + POST + b"d")
    short_way.answer(b"1")
    await asyncio.wait(connection.tasks, timeout=DEADLINE + 5)
    assert b"".join(transport.writes).startswith(
        ANSWER + b"\r\n1" + b"HTTP/1.1 408 Request Timeout\r\n"
    )


async def test_a_connection_is_closed_after_its_answer_when_the_server_shuts_down(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST + b"abc")
    connection.shutdown()
    assert not transport.closed
    short_way.answer(b"3")
    assert transport.writes == [ANSWER + b"connection: close\r\n\r\n3"]
    assert transport.closed


async def test_nothing_is_written_to_a_client_that_went_away(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST + b"abc")
    connection.connection_lost(ConnectionResetError())
    short_way.answer(b"3")
    assert transport.writes == []


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
async def test_an_answer_with_a_line_end_in_a_header_closes_the_connection_instead(
    connection: CaptureProtocol, short_way: Later, transport: Recorded, line_end: bytes
) -> None:
    connection.data_received(POST + b"abc")
    short_way.answer(b"3", (b"x-note", b"a" + line_end + b"set-cookie: b=c"))
    assert transport.writes == []
    assert transport.closed


async def test_a_client_that_asks_for_it_is_disconnected_after_its_answer(
    connection: CaptureProtocol, short_way: Later, transport: Recorded
) -> None:
    connection.data_received(POST.replace(b"Host", b"Connection: close\r\nHost") + b"abc")
    short_way.answer(b"3")
    assert transport.writes == [ANSWER + b"connection: close\r\n\r\n3"]
    assert transport.closed


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
