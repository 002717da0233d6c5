"""ClickHouse over HTTP as the reader: parse, print, run. No SQL is made here."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from semantic_layer.catalogue import DOCUMENTED_DATABASE
from semantic_layer.errors import (
    Forbidden,
    LimitExceeded,
    MalformedSql,
    NotBuilt,
    QueryFailed,
    QueryTimeout,
    SemanticError,
    UnknownColumn,
    WarehouseUnavailable,
)
from semantic_layer.limits import Limits
from warehouse.sql_policy import format_statement, parse_statement
from warehouse.sql_policy.grammar import Node

UNKNOWN_IDENTIFIER = 47
SYNTAX_ERROR = 62
TOO_MANY_ROWS = 158

_ERRORS: dict[int, type[SemanticError]] = {
    **dict.fromkeys((158, 191, 241, 306, 307, 396), LimitExceeded),
    **dict.fromkeys((159, 160, 209), QueryTimeout),
    **dict.fromkeys((164, 497), Forbidden),
    **dict.fromkeys((60, 81), NotBuilt),
    **dict.fromkeys((0, 202, 210, 394, 439, 516), WarehouseUnavailable),
}
"""By ClickHouse's codes: rows, bytes or memory; time; rights; missing tables; load or no code."""

_CODE = re.compile(r"Code: (\d+)")
_MESSAGE = re.compile(
    r"DB::Exception: (.*?)"
    r"(?:[:.]? Expected one of|[:.]? [Ii]n scope |\.? \([A-Z_0-9]+\) \(version|: While |$)",
    re.DOTALL,
)

_UNKNOWN_IDENTIFIER = re.compile(r"identifier [`']([^`']+)[`']", re.IGNORECASE)

CONNECTIONS = 20
GRACE_SECONDS = 5
"""How much longer than the server's own limit the client waits."""


@dataclass(frozen=True)
class Rows:
    """Names and ClickHouse types of the columns, and rows of plain JSON values."""

    names: list[str]
    types: list[str]
    rows: list[list[Any]]


class ClickHouse:
    """A pool of connections for `http://reader:password@host:port`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._url = urlunsplit((parts.scheme, host, "/", "", ""))
        self._headers = {
            "X-ClickHouse-User": parts.username or "default",
            "X-ClickHouse-Key": parts.password or "",
        }
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def parse(self, sql: str) -> Node:
        """The syntax tree. Raises MalformedSql, or Forbidden for what has no tree."""
        try:
            tree: Node = json.loads(await self._scalar(parse_statement(sql)))
        except RecursionError:
            raise Forbidden("the statement is nested too deeply") from None
        except QueryFailed as error:
            raise MalformedSql(error.detail) from None
        return tree

    async def print(self, ast: Node) -> str:
        """The SQL text of a syntax tree, indented."""
        return await self._scalar(format_statement(ast))

    async def run(self, sql: str, query_id: str, limits: Limits) -> Rows:
        """Raises LimitExceeded, QueryTimeout, QueryFailed or WarehouseUnavailable."""
        return await self._rows(sql, {**_settings(limits), "query_id": query_id}, limits)

    async def read(self, sql: str, values: Mapping[str, str], limits: Limits) -> Rows:
        """Rows of a statement of our own; `values` are those of its `{name:Type}` places."""
        placed = {f"param_{name}": value for name, value in values.items()}
        return await self._rows(sql, {**_settings(limits), **placed}, limits)

    async def _rows(self, sql: str, parameters: Mapping[str, str], limits: Limits) -> Rows:
        seconds = limits.seconds + GRACE_SECONDS
        body = await self._text(sql, parameters, seconds, limits.bytes_returned)
        document = json.loads(body)
        columns = document["meta"]
        names, types = [each["name"] for each in columns], [each["type"] for each in columns]
        return Rows(names, types, document["data"])

    async def _scalar(self, sql: str) -> str:
        text = await self._text(sql, {"default_format": "JSONCompact"})
        return str(json.loads(text)["data"][0][0])

    async def _text(
        self,
        sql: str,
        parameters: Mapping[str, str],
        seconds: float = 30,
        max_bytes: int = 64 * 2**20,
    ) -> str:
        """The body of the answer; leaving early closes the connection, which stops the query."""
        body = bytearray()
        async with self._answer(sql, parameters, seconds) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > max_bytes:
                    raise LimitExceeded(f"the result is larger than {max_bytes} bytes")
        text = body.decode("utf-8", "replace")
        if response.status_code != httpx.codes.OK:
            raise error_of(text)
        return text

    @asynccontextmanager
    async def _answer(
        self, sql: str, parameters: Mapping[str, str], seconds: float
    ) -> AsyncIterator[httpx.Response]:
        query = {"database": DOCUMENTED_DATABASE, "wait_end_of_query": "1", **parameters}
        try:
            async with self._connected().stream(
                "POST",
                self._url,
                params=query,
                content=sql.encode(),
                timeout=httpx.Timeout(seconds, connect=5),
            ) as response:
                yield response
        except httpx.TimeoutException:
            raise QueryTimeout(f"no answer after {seconds:.0f} seconds") from None
        except httpx.HTTPError as error:
            raise WarehouseUnavailable(
                f"ClickHouse does not answer: {type(error).__name__}"
            ) from None

    def _connected(self) -> httpx.AsyncClient:
        """A client belongs to the event loop that opened it; a command has a loop of its own."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = httpx.AsyncClient(
                headers=self._headers,
                limits=httpx.Limits(max_connections=CONNECTIONS),
                verify=self._url.startswith("https"),  # reading certificates takes 0.1 s
                trust_env=False,
            )
            self._loop = loop
        return self._client


def _settings(limits: Limits) -> dict[str, str]:
    """`join_use_nulls`: what an outer join does not find is NULL, not '' or 0."""
    return {
        "default_format": "JSONCompact",
        "join_use_nulls": "1",
        "max_execution_time": str(limits.seconds),
        "max_memory_usage": str(limits.memory_bytes),
        "max_rows_to_read": str(limits.rows_read),
        "output_format_json_quote_64bit_integers": "0",
        "output_format_json_quote_denormals": "0",
        "output_format_json_quote_decimals": "1",
    }


def error_of(text: str) -> SemanticError:
    """The error that ClickHouse's message stands for, without the statement that it repeats."""
    found = _CODE.search(text)
    code = int(found.group(1)) if found else 0
    message = _message(text)
    if code == SYNTAX_ERROR and "Multi-statements" not in text:
        return MalformedSql(message)
    if code == SYNTAX_ERROR or "parseQueryToJSON" in message:
        return Forbidden("only one SELECT statement is allowed")
    unknown = _UNKNOWN_IDENTIFIER.search(message)
    if code == UNKNOWN_IDENTIFIER and unknown:
        return UnknownColumn(unknown.group(1))
    if code == TOO_MANY_ROWS:
        message += ": narrow the time or the filters"
    return _ERRORS.get(code, QueryFailed)(message)


def _message(text: str) -> str:
    found = _MESSAGE.search(text)
    return " ".join((found.group(1) if found else text[:200]).split())
