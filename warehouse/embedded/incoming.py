"""Reads a request body: content coding, form fields, the data of an INSERT apart from its text."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.embedded import compression
from warehouse.embedded.body import Spool
from warehouse.embedded.errors import ClickHouseError, syntax_error
from warehouse.embedded.execution import Insert
from warehouse.embedded.inserts import (
    MAX_HEADER_BYTES,
    DataHeader,
    check_values,
    input_header,
    insert_header,
)
from warehouse.embedded.native_blocks import BlockReader
from warehouse.embedded.statement import first_word

Receive = Callable[[], Awaitable[Any]]

MAX_STATEMENT_BYTES = 64 << 20
"""Of a statement without its INSERT data."""


class ClientDisconnected(Exception):  # noqa: N818 - an event, not a fault
    """The client went away."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a request asks to run; `insert` when the body brings data."""

    sql: bytes
    insert: Insert | None = None


async def body_chunks(
    receive: Receive, headers: Mapping[str, str], *, framed: bool
) -> AsyncIterator[bytes]:
    """The plain body; `framed` is `decompress=1`. Raises ClientDisconnected on a short one."""
    decoder = compression.decompressor(headers.get("content-encoding", ""))
    blocks = BlockReader() if framed else None
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        more = message.get("more_body", False)
        data = message.get("body", b"")
        if decoder is not None:
            data = decoder.decompress(data)
        if blocks is not None:
            data = blocks.decompress(data)
        if data:
            yield data
    if decoder is not None:
        decoder.finish()
    if blocks is not None:
        blocks.finish()


async def read_statement(
    query: bytes, chunks: AsyncIterator[bytes], new_spool: Callable[[], Spool]
) -> Incoming:
    """`query` and the body are one text, as on a server; INSERT data goes to a spool."""
    head = bytearray(query + b"\n" if query else b"")
    sought = False
    async for chunk in chunks:
        head += chunk
        if len(head) > MAX_HEADER_BYTES and not sought:
            sought = True
            insert = _insert_header(bytes(head))
            if insert is not None:
                return await _with_data(bytes(head), insert, chunks, new_spool())
        if len(head) > MAX_STATEMENT_BYTES:
            message = f"A statement may have {MAX_STATEMENT_BYTES} bytes"
            raise ClickHouseError(66, "QUERY_IS_TOO_LARGE", message)
    sql = bytes(head)
    if not sql.strip():
        raise syntax_error("Syntax error: failed at position 1 (end of query): Empty query")
    insert = _insert_header(sql)
    if insert is None:
        return Incoming(sql)
    if insert.input_format.upper() == "VALUES":
        check_values(sql[insert.data_start :])
    return await _with_data(sql, insert, chunks, new_spool())


def _insert_header(sql: bytes) -> DataHeader | None:
    if first_word(sql) not in (b"INSERT", b"WITH"):
        return None
    return insert_header(sql) or _input_header(sql)


def _input_header(sql: bytes) -> DataHeader | None:
    return input_header(sql) if b"input" in sql[:MAX_HEADER_BYTES].lower() else None


async def _with_data(
    sql: bytes, insert: DataHeader, rest: AsyncIterator[bytes], spool: Spool
) -> Incoming:
    spool.write(sql[insert.data_start :])
    async for chunk in rest:
        spool.write(chunk)
    return Incoming(sql[: insert.data_start], Insert(insert, spool))
