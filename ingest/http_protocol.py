"""uvicorn's HTTP protocol with deadlines for what clients send, and a short way for capture.

uvicorn keeps a connection that sends nothing, or half a request, for ever; 5,000 of them would use
up its descriptors. A task, a dozen coroutines and two writes for each request took a third of the
time of one with a single event, so a request that came as a whole is answered without them.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, NamedTuple, Protocol

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from ingest.problems import Headers

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]


class Deadlines(NamedTuple):
    """Seconds for the head of a request, from the first byte or the last answer, and for the body,
    from the head.
    """

    head: float
    body: float


Respond = Callable[[int, Headers, bytes], None]
"""Status, headers (among them the length of the body) and body."""


class ShortWay(Protocol):
    def begin(self, scope: Message, body: bytes, respond: Respond) -> bool:
        """Answer a request whose body is there, now or later; False if the application has to."""


class CaptureProtocol(HttpToolsProtocol):
    deadlines: Deadlines
    short_way: ShortWay | None
    _deadline: asyncio.TimerHandle | None = None
    _is_in_head = False
    _is_receiving = False
    _held: RequestResponseCycle | None = None  # whether its body is there too, is about to be seen

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._is_receiving = True
        super().data_received(data)
        self._is_receiving = False
        if self._held is not None:
            self._ask_application(self._held, self.app)
        elif self._is_in_head and self._deadline is None:
            self._arm()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._disarm()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._held is not None:
            self._start(self._held)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if app is self.app and not cycle.more_body:
            self._start(cycle)
        elif app is self.app and self._is_receiving:
            self._held = cycle
        else:
            self._ask_application(cycle, app)

    def _start(self, cycle: RequestResponseCycle) -> None:
        """Of a request that is there as a whole."""
        self._held = None
        scope: Any = cycle.scope
        if self.short_way is None or not self.short_way.begin(
            scope, bytes(cycle.body), partial(_write, cycle)
        ):
            self._ask_application(cycle, self.app)
        else:
            cycle.body.clear()

    def _ask_application(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._held = None
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


def protocol_class(
    deadlines: Deadlines, short_way: ShortWay | None = None
) -> type[CaptureProtocol]:
    """uvicorn makes the protocol of each connection from a class."""
    members = {"deadlines": deadlines, "short_way": short_way}
    return type("CaptureProtocol", (CaptureProtocol,), members)


class _Exchange:
    """The application for one request: gives `app` a `receive` of its own."""

    __slots__ = ("_app", "_body_ends", "_cycle", "_seconds")

    def __init__(self, cycle: RequestResponseCycle, app: Application, seconds: float) -> None:
        self._app = app
        self._cycle = cycle
        self._seconds = seconds
        self._body_ends: float | None = None

    def __call__(self, scope: Message, _: object, send: Any) -> Awaitable[None]:
        return self._app(scope, self._receive, send)

    async def _receive(self) -> Any:
        """Raises TimeoutError when the body is not there at its deadline."""
        if not self._cycle.more_body:
            return await self._cycle.receive()
        if self._body_ends is None:
            self._body_ends = asyncio.get_running_loop().time() + self._seconds
        async with asyncio.timeout_at(self._body_ends):
            return await self._cycle.receive()


def _write(cycle: RequestResponseCycle, status: int, answered: Headers, body: bytes) -> None:
    """Head and body at once."""
    if cycle.disconnected:
        return
    parts = [STATUS_LINE[status]]
    headers = (*cycle.default_headers, *answered)
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    head = b"".join(parts)
    # Not so with a line end in a value, which would be a header of the client's making.
    is_sound = head.count(b"\r") == head.count(b"\n") == len(headers) + 1
    if is_sound:
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        cycle.transport.write(b"".join((head, end, body)))
    cycle.response_started = cycle.response_complete = True
    if not (is_sound and cycle.keep_alive):
        cycle.transport.close()
    cycle.on_response()
