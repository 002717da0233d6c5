"""KILL QUERY by the ids and users that clients know."""

import json
from collections.abc import Iterator, Mapping

from warehouse.embedded import system_tables
from warehouse.embedded.engine import Connection
from warehouse.embedded.errors import syntax_error
from warehouse.embedded.lexer import quote_string, tokens
from warehouse.embedded.statement import Statement

_MODES = (b"SYNC", b"ASYNC", b"TEST")
_COLUMNS = b"kill_status String, query_id String, user String, query String"


def kill_query(
    statement: Statement, connection: Connection, params: Mapping[str, str]
) -> Statement:
    """Do what a KILL QUERY asks; returns the SELECT of its result. KILL MUTATION stays as it is."""
    words = list(tokens(statement.sql))
    if not words[1].is_word(b"QUERY"):
        return statement
    condition, mode, rest = _parts(statement.sql)
    matching = connection.run(
        system_tables.running_requests(condition), "JSONCompactEachRow", params
    )
    requests = [json.loads(line) for line in matching.output.splitlines()]
    if requests and mode != b"TEST":
        markers = [request[0] for request in requests]
        connection.run(b"KILL QUERY WHERE " + system_tables.marked(markers) + b" " + mode)
    return Statement(b"".join(_result(requests, mode)) + rest, "SelectWithUnionQuery")


def _parts(sql: bytes) -> tuple[bytes, bytes, bytes]:
    """The condition, the mode and the FORMAT clause of `KILL QUERY [ON CLUSTER c] WHERE …`."""
    outer = [token for token in tokens(sql) if token.depth == 0]
    where = next((token for token in outer if token.is_word(b"WHERE")), None)
    if where is None:
        raise syntax_error("KILL QUERY needs a WHERE clause")
    mode, end, rest = b"ASYNC", len(sql), b""
    for token in reversed(outer):
        if token.is_word(b"FORMAT"):
            rest = b" " + sql[token.start : end]
            end = token.start
        elif token.is_word(*_MODES):
            mode, end = token.text.upper(), token.start
        elif token.text == b";":
            end = token.start
    return sql[where.end : end], mode, rest


def _result(requests: list[list[str]], mode: bytes) -> Iterator[bytes]:
    if not requests:
        yield b"SELECT '' AS kill_status, '' AS query_id, '' AS user, '' AS query WHERE 0"
        return
    status = {b"TEST": b"unknown_status", b"SYNC": b"finished", b"ASYNC": b"waiting"}[mode]
    rows = (
        b"(" + b", ".join(quote_string(text) for text in (status, *_texts(request))) + b")"
        for request in requests
    )
    yield b"SELECT * FROM values(" + quote_string(_COLUMNS) + b", " + b", ".join(rows) + b")"


def _texts(request: list[str]) -> list[bytes]:
    return [value.encode() for value in request[1:]]
