"""Reads a request body: content coding, INSERT data apart from its statement, form fields."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.embedded import compression
from warehouse.embedded.body import Spool
from warehouse.embedded.errors import ClickHouseError, bad_request
from warehouse.embedded.execution import Insert
from warehouse.embedded.statement import MAX_HEADER_BYTES, InsertHeader, first_word, insert_header

Receive = Callable[[], Awaitable[Any]]

MAX_STATEMENT_BYTES = 64 << 20


class ClientDisconnected(Exception):  # noqa: N818 - an event, not a fault
    """The client went away."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a request asks to run; `insert` when the body brings data."""

    sql: bytes
    insert: Insert | None = None


async def body_chunks(receive: Receive, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
    """The decoded body. Raises ClientDisconnected when the client leaves before its end."""
    decoder = compression.decompressor(headers.get("content-encoding", ""))
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        more = message.get("more_body", False)
        data = message.get("body", b"")
        if data:
            yield compression.decode(decoder, data) if decoder else data


async def read_statement(
    query: bytes, chunks: AsyncIterator[bytes], spool: Callable[[], Spool]
) -> Incoming:
    """`query` and the body are one text, as on a server; INSERT data goes to a spool."""
    head = bytearray(query)
    if query:
        head += b"\n"
    async for chunk in chunks:
        head += chunk
        if len(head) > MAX_HEADER_BYTES:
            insert = _insert_header(bytes(head))
            if insert is not None:
                return await _with_data(bytes(head), insert, chunks, spool())
        if len(head) > MAX_STATEMENT_BYTES:
            raise ClickHouseError(
                66, "QUERY_IS_TOO_LARGE", f"A statement may have {MAX_STATEMENT_BYTES} bytes"
            )
    sql = bytes(head)
    if not sql.strip():
        raise ClickHouseError(
            62, "SYNTAX_ERROR", "Syntax error: failed at position 1 (end of query): Empty query"
        )
    insert = _insert_header(sql)
    if insert is None:
        return Incoming(sql)
    return await _with_data(sql, insert, chunks, spool())


def _insert_header(sql: bytes) -> InsertHeader | None:
    return insert_header(sql) if first_word(sql) == b"INSERT" else None


async def _with_data(
    sql: bytes, insert: InsertHeader, rest: AsyncIterator[bytes], spool: Spool
) -> Incoming:
    spool.write(sql[insert.data_start :])
    async for chunk in rest:
        spool.write(chunk)
    return Incoming(sql[: insert.data_start], Insert(insert, spool))


def check_method(method: str) -> None:
    if method not in ("GET", "HEAD", "POST", "PUT"):
        raise bad_request(f"Method {method} is not supported")
