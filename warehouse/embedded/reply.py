"""The HTTP answer: buffered until it is sure or long, then streamed, with errors the server's way."""

import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from warehouse.embedded.compression import Compressor
from warehouse.embedded.engine import Outcome
from warehouse.embedded.errors import ClickHouseError

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DEFAULT_BUFFER_BYTES = 1 << 20
"""What a server holds back before it sends headers, so that an early error gets its status code."""

_CONTENT_TYPES = {
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "CSVWithNamesAndTypes": "text/csv; charset=UTF-8; header=present",
    "TabSeparatedWithNames": "text/tab-separated-values; charset=UTF-8",
    "TabSeparatedWithNamesAndTypes": "text/tab-separated-values; charset=UTF-8",
    "TSVWithNames": "text/tab-separated-values; charset=UTF-8",
    "TSVWithNamesAndTypes": "text/tab-separated-values; charset=UTF-8",
    "XML": "application/xml; charset=UTF-8",
}
_BINARY = ("Native", "RowBinary", "Arrow", "Parquet", "ORC", "Avro", "MsgPack", "Protobuf", "Npy")


def content_type(output_format: str) -> str:
    if output_format in _CONTENT_TYPES:
        return _CONTENT_TYPES[output_format]
    if output_format.startswith("JSON") and "EachRow" in output_format:
        return "application/x-ndjson; charset=UTF-8"
    if output_format.startswith("JSON"):
        return "application/json; charset=UTF-8"
    if output_format.startswith(_BINARY):
        return "application/octet-stream"
    return "text/plain; charset=UTF-8"


def summary(outcome: Outcome, elapsed_ns: int) -> str:
    """`X-ClickHouse-Summary`: every number is a string, as the server writes it."""
    numbers = {
        "read_rows": outcome.read_rows,
        "read_bytes": outcome.read_bytes,
        "written_rows": outcome.written_rows,
        "written_bytes": outcome.written_bytes,
        "total_rows_to_read": outcome.read_rows,
        "result_rows": outcome.result_rows,
        "result_bytes": outcome.result_bytes,
        "elapsed_ns": elapsed_ns,
        "memory_usage": 0,
    }
    return json.dumps(
        {name: str(number) for name, number in numbers.items()}, separators=(",", ":")
    )


class Reply:
    """One HTTP response. Bytes are held back until `buffer_bytes` are there or the result ended."""

    def __init__(self, send: Send, headers: dict[str, str], version: str) -> None:
        self._send = send
        self._headers = headers
        self._version = version
        self._tag = ""
        self._started = False
        self._held = bytearray()
        self.buffer_bytes = DEFAULT_BUFFER_BYTES
        self.head_only = False
        self.compressor: Compressor | None = None

    def set(self, name: str, value: str) -> None:
        self._headers[name] = value

    async def write(self, data: bytes) -> None:
        if self._started:
            await self._body(data)
            return
        self._held += data
        if len(self._held) > self.buffer_bytes:
            await self._start(200)

    async def finish(self) -> None:
        await self._start(200)
        await self._end()

    async def fail(self, error: ClickHouseError) -> None:
        """The error as the answer, or, when bytes are out, as the closing block of the stream."""
        text = error.text(self._version).encode("utf-8", "surrogateescape")
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
        tag = self._tag.encode()
        length = str(len(text)).encode()
        mark = b"\r\n__exception__\r\n"
        return mark + tag + b"\r\n" + text + length + b" " + tag + mark

    async def _start(self, status: int) -> None:
        if self._started:
            return
        self._started = True
        self._tag = secrets.token_hex(8)
        if status == 200:
            self.set("X-ClickHouse-Exception-Tag", self._tag)
        pairs = [
            (name.lower().encode(), value.encode("latin-1", "replace"))
            for name, value in self._headers.items()
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})
        held, self._held = bytes(self._held), bytearray()
        await self._body(held)

    async def _body(self, data: bytes) -> None:
        if self.compressor is not None:
            data = self.compressor.compress(data)
        if data and not self.head_only:
            await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def _end(self) -> None:
        tail = b"" if self.compressor is None else self.compressor.flush()
        body = b"" if self.head_only else tail
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
