"""uvicorn's HTTP protocol with a deadline for request heads.

uvicorn keeps a connection that sends nothing, or half a head, for ever; 5,000 of them would use up
its descriptors.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class DeadlineProtocol(HttpToolsProtocol):
    header_deadline_seconds: float
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._arm()

    def on_headers_complete(self) -> None:
        self._disarm()
        super().on_headers_complete()

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self.header_deadline_seconds, self._close_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_slow(self) -> None:
        self._deadline = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def with_deadline(seconds: float) -> type[DeadlineProtocol]:
    """uvicorn makes the protocol of each connection from a class."""
    return type("DeadlineProtocol", (DeadlineProtocol,), {"header_deadline_seconds": seconds})
