"""The HTTP answer: held back until it is sure, then streamed, with errors the server's way."""

import json
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from warehouse.embedded.body import Spool
from warehouse.embedded.compression import Compressor
from warehouse.embedded.engine import Outcome
from warehouse.embedded.errors import ClickHouseError

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HOLD_BYTES = 1 << 20
HOLD_SECONDS = 0.1
"""The first bytes wait this long, or until there are HOLD_BYTES, for an error to show: until then
it gets its own status code and no rows.
"""


def summary(outcome: Outcome, elapsed_ns: int) -> str:
    """`X-ClickHouse-Summary`: every number is a string, as the server writes it."""
    numbers = {
        "read_rows": outcome.read_rows,
        "read_bytes": outcome.read_bytes,
        "written_rows": outcome.written_rows,
        "written_bytes": outcome.written_bytes,
        "total_rows_to_read": outcome.total_rows_to_read,
        "result_rows": outcome.written_rows or outcome.result_rows,
        "result_bytes": outcome.written_bytes or outcome.result_bytes,
        "elapsed_ns": elapsed_ns,
    }
    texts = {name: str(number) for name, number in numbers.items()}
    return json.dumps(texts, separators=(",", ":"))


class Reply:
    """One HTTP response."""

    def __init__(self, send: Send, headers: dict[str, str], version: str) -> None:
        self._send = send
        self._headers = headers
        self._version = version
        self._tag = secrets.token_hex(8)
        self._started = False
        self._abandoned = False
        self._held = bytearray()
        self._held_since = 0.0
        self.hold_bytes = HOLD_BYTES
        self.hold_seconds = HOLD_SECONDS
        self.head_only = False
        self.compressors: list[Compressor] = []
        self.whole: Spool | None = None
        """Keeps everything until the end, for `wait_end_of_query`."""

    @property
    def started(self) -> bool:
        """The headers are out."""
        return self._started

    def set(self, name: str, value: str) -> None:
        self._headers[name] = value

    async def write(self, data: bytes) -> None:
        if self.whole is not None:
            self.whole.write(data)
        elif self._started:
            await self._body(data)
        else:
            await self._hold(data)

    async def _hold(self, data: bytes) -> None:
        self._held_since = self._held_since or time.monotonic()
        self._held += data
        waited = time.monotonic() - self._held_since
        if len(self._held) > self.hold_bytes or waited > self.hold_seconds:
            await self._start(200)

    def abandon(self) -> None:
        """The client is gone: nothing more is sent."""
        self._abandoned = True

    async def finish(self) -> None:
        await self._start(200)
        if self.whole is not None:
            for chunk in self.whole.chunks():
                await self._body(chunk)
        await self._end()

    async def fail(self, error: ClickHouseError) -> None:
        """The error as the answer, or, when bytes are out, as the closing block of the stream."""
        text = error.text(self._version).encode("utf-8", "replace")
        if self._started:
            await self._body(self._exception_block(text))
            await self._end()
            return
        self._held = bytearray(text)
        self._headers.pop("X-ClickHouse-Format", None)
        self.set("Content-Type", "text/plain; charset=UTF-8")
        self.set("X-ClickHouse-Exception-Code", str(error.code))
        if error.status == 401:
            self.set("WWW-Authenticate", 'Basic realm="ClickHouse server HTTP API"')
        await self._start(error.status)
        await self._end()

    def _exception_block(self, text: bytes) -> bytes:
        tag, mark = self._tag.encode(), b"\r\n__exception__\r\n"
        return mark + tag + b"\r\n" + text + b"%d " % len(text) + tag + mark

    async def _start(self, status: int) -> None:
        if self._started:
            return
        self._started = True
        if status == 200:
            self.set("X-ClickHouse-Exception-Tag", self._tag)
        headers = [
            (name.lower().encode(), value.encode("latin-1", "replace"))
            for name, value in self._headers.items()
        ]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        if not self._abandoned:
            await self._send(start)
        held, self._held = bytes(self._held), bytearray()
        await self._body(held)

    async def _body(self, data: bytes) -> None:
        for compressor in self.compressors:
            data = compressor.compress(data)
        await self._send_body(data, more=True)

    async def _end(self) -> None:
        tail = b""
        for compressor in self.compressors:
            tail = compressor.compress(tail) + compressor.flush()
        await self._send_body(tail, more=False)

    async def _send_body(self, data: bytes, *, more: bool) -> None:
        body = b"" if self.head_only else data
        if (body or not more) and not self._abandoned:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})
