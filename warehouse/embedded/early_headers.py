"""Header lines that leave before the answer is known, for which ASGI has no message.

A server writes `HTTP/1.1 200 OK` with its first `X-ClickHouse-Progress` line, so that a client that
waits for a long statement hears something; an error then shows in the headers that follow. Here the
transport of a request gives the application a function for such lines and leaves the status line
out of the answer when it was sent before.
"""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

EXTENSION = "clickhouse.early_header"
"""The key in `scope["extensions"]` of a function that sends one header line."""

EarlyHeader = Callable[[str, str], None]

_STATUS_LINE = b"HTTP/1.1 200 OK\r\n"
_CONTINUE = b"HTTP/1.1 100 "


class EarlyHeaders(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with the extension."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        transport: Any = HeadTransport(cycle.transport)
        cycle.transport = transport
        scope: Any = cycle.scope
        scope["extensions"] = {EXTENSION: transport.send_header}
        super()._start_asgi_task(cycle, app)


class HeadTransport:
    """The transport of one answer, whose status line may have been sent early."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._begun = False
        self._answered = False

    def send_header(self, name: str, value: str) -> None:
        """Send a line now; does nothing once the answer's own headers are out."""
        if self._answered or self._transport.is_closing():
            return
        head = b"" if self._begun else _STATUS_LINE
        self._begun = True
        self._transport.write(head + f"{name.lower()}: {value}\r\n".encode("latin-1"))

    def write(self, data: bytes) -> None:
        if not self._answered and not data.startswith(_CONTINUE):
            self._answered = True
            if self._begun:
                data = data.partition(b"\r\n")[2]
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
