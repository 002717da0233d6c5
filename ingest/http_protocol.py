"""uvicorn's HTTP protocol with deadlines for what clients send, and answers in one write.

uvicorn keeps a connection that sends nothing, or half a request, for ever; 5,000 of them would use
up its descriptors. It writes the head of an answer and its body in two system calls, which took a
tenth of the time of a request with one event.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]


class Deadlines(NamedTuple):
    """Seconds for the head of a request, from the first byte or the last answer, and for the body,
    from the head.
    """

    head: float
    body: float


class CaptureProtocol(HttpToolsProtocol):
    deadlines: Deadlines
    _deadline: asyncio.TimerHandle | None = None
    _is_in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_in_head and self._deadline is None:  # most heads are there as a whole
            self._arm()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._disarm()
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        exchange = _Exchange(cycle, app, self.deadlines.body)
        super()._start_asgi_task(cycle, exchange)  # type: ignore[arg-type]

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self.deadlines.head, self._close_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_slow(self) -> None:
        self._deadline = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def with_deadlines(deadlines: Deadlines) -> type[CaptureProtocol]:
    """uvicorn makes the protocol of each connection from a class."""
    return type("CaptureProtocol", (CaptureProtocol,), {"deadlines": deadlines})


class _Exchange:
    """The application for one request: gives `app` a `receive` and a `send` of its own."""

    __slots__ = ("_app", "_body_ends", "_cycle", "_seconds", "_start")

    def __init__(self, cycle: RequestResponseCycle, app: Application, seconds: float) -> None:
        self._app = app
        self._cycle = cycle
        self._seconds = seconds
        self._body_ends: float | None = None
        self._start: Message | None = None

    def __call__(self, scope: Message, *_: object) -> Awaitable[None]:
        return self._app(scope, self._receive, self._send)

    def _receive(self) -> Awaitable[Any]:
        # Usually all of the body is there, and needs no timer.
        return self._receive_in_time() if self._cycle.more_body else self._cycle.receive()

    async def _receive_in_time(self) -> Any:
        """Raises TimeoutError when the body is not there at its deadline."""
        if self._body_ends is None:
            self._body_ends = asyncio.get_running_loop().time() + self._seconds
        async with asyncio.timeout_at(self._body_ends):
            return await self._cycle.receive()

    async def _send(self, message: Message) -> None:
        start, self._start = self._start, None
        if start is None and message["type"] == "http.response.start":
            self._start = message
        elif start is None or not _write_whole(self._cycle, start, message):
            for each in (start, message) if start else (message,):
                await self._cycle.send(each)  # type: ignore[arg-type]


def _write_whole(cycle: RequestResponseCycle, start: Message, message: Message) -> bool:
    """Write head and body at once; False if it is not that simple, and uvicorn has to do it."""
    headers, body = [*cycle.default_headers, *start.get("headers", ())], message.get("body", b"")
    fields = dict(headers)
    if (
        message.get("more_body")
        or fields.get(b"content-length") != b"%d" % len(body)
        or b"connection" in fields
        or not cycle.keep_alive
        or cycle.disconnected
        or cycle.flow.write_paused
        or cycle.access_log
        or cycle.scope["method"] == "HEAD"
    ):
        return False
    parts = [STATUS_LINE[start["status"]]]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    head = b"".join(parts)
    # Not so with a line end in a value, and then uvicorn refuses to send it.
    if not head.count(b"\r") == head.count(b"\n") == len(headers) + 1:
        return False
    cycle.transport.write(head + b"\r\n" + body)
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True
