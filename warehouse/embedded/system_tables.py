"""System tables as a server shows them: statements with their requests' ids, users and texts.

chDB has one user, gives every statement a query id of its own and runs the texts that the gateway
makes of them. Each request therefore marks its statements with one setting that is shown in
`system.processes` and `system.query_log`; views beside these tables translate, and statements that
name the tables are pointed at the views.
"""

import json
from collections.abc import Iterator

from warehouse.embedded.lexer import Kind, Token, quote_string, tokens

MARKER_SETTING = "query_cache_tag"
"""Has no effect while the query cache is off, and clients have no use for it."""

_OWN_TEXT = (
    "(  INTO OUTFILE ./proc/self/fd/[0-9]+. APPEND  FORMAT [A-Za-z0-9]+"
    "| (INTO OUTFILE|FROM INFILE) ./proc/self/fd/[0-9]+. (APPEND|COMPRESSION .none.) "
    "|(gateway|reader)_)"
)
"""What the gateway writes into statements; the dots stand for quotes."""

_TRANSLATED = """
SELECT *{dropped} REPLACE (
    JSONExtractString(request, 'query_id') AS query_id,
    JSONExtractString(request, 'query_id') AS initial_query_id,
    JSONExtractString(request, 'user') AS user,
    JSONExtractString(request, 'user') AS initial_user,
    replaceRegexpAll(query, '{own_text}', '') AS query,
    mapFilter((name, value) -> name != '{marker}', Settings) AS Settings
)
FROM (SELECT *, Settings['{marker}'] AS request FROM {table})
WHERE request != '' AND NOT startsWith(query, 'SET {marker}')
"""

_SESSION_LOG = """
SELECT
    'LoginSuccess' AS type, session_id, user, min(event_date) AS event_date,
    min(event_time) AS event_time, min(event_time_microseconds) AS event_time_microseconds
FROM (
    SELECT
        event_date, event_time, event_time_microseconds,
        JSONExtractString(Settings['{marker}'], 'session_id') AS session_id,
        JSONExtractString(Settings['{marker}'], 'user') AS user
    FROM system.query_log
    WHERE type = 'QueryStart' AND Settings['{marker}'] != ''
)
WHERE session_id != ''
GROUP BY session_id, user
"""

_SHOW_CREATE = """
SELECT concat(
    'CREATE TABLE system.', table, '\\n(\\n',
    arrayStringConcat(groupArray(concat('    `', name, '` ', type)), ',\\n'),
    '\\n)\\nENGINE = ', any(engine)
) AS statement
FROM (
    SELECT columns.table AS table, columns.name AS name, type, engine
    FROM system.columns INNER JOIN system.tables
        ON columns.database = tables.database AND columns.table = tables.name
    WHERE database = 'system' AND table = {name}
    ORDER BY position
)
GROUP BY table
"""

_READERS = {b"SELECT", b"WITH", b"FROM", b"EXPLAIN", b"INSERT", b"DESCRIBE", b"DESC", b"EXISTS"}
"""First words of the statements in which the names are replaced: never in DROP, ALTER or SYSTEM."""


def marker(user: str, query_id: str, session_id: str) -> str:
    """What the statements of one request carry."""
    return json.dumps({"user": user, "query_id": query_id, "session_id": session_id})


def view_statements(*, query_log: bool) -> Iterator[bytes]:
    """Statements that create the views; `system` is kept in memory, so each start runs them."""
    yield _create_view("gateway_processes", _translated("system.processes"))
    if query_log:
        yield b"SYSTEM FLUSH LOGS query_log"  # creates the table when this is the first start
        yield _create_view("gateway_query_log", _translated("system.query_log"))
        yield _create_view("gateway_session_log", _SESSION_LOG.format(marker=MARKER_SETTING))


def running_requests(condition: bytes) -> bytes:
    """A query for the markers and the visible row of each request that `condition` selects."""
    rows = _translated("system.processes", keep_request=True).encode()
    columns = b"request, query_id, user, query"
    return b"SELECT " + columns + b" FROM (" + rows + b") WHERE " + condition


def marked(markers: list[str]) -> bytes:
    """The condition on `system.processes` that selects the statements with these markers."""
    values = b", ".join(quote_string(each.encode()) for each in markers)
    return f"Settings['{MARKER_SETTING}'] IN (".encode() + values + b")"


def with_views(sql: bytes, *, query_log: bool) -> bytes:
    """`sql` with the names of translated tables replaced by those of their views."""
    found = list(tokens(sql))
    words = [token.text.upper() for token in found if token.text != b"("][:3]
    if words[:2] == [b"SHOW", b"PROCESSLIST"]:
        shown = b"SELECT * FROM system.gateway_processes ORDER BY elapsed DESC"
        return sql[: found[0].start] + shown + sql[found[1].end :]
    if words[:2] == [b"SHOW", b"USERS"]:
        shown = b"SELECT name FROM system.gateway_users ORDER BY name"
        return sql[: found[0].start] + shown + sql[found[1].end :]
    if words[:2] == [b"SHOW", b"CREATE"]:
        return _show_create(sql, found)
    if not words or words[0] not in _READERS:
        return sql
    return _renamed(sql, found, query_log=query_log)


def _show_create(sql: bytes, found: list[Token]) -> bytes:
    """chDB keeps no CREATE statement for the tables of `system`: one is made of their columns."""
    named = [token for token in found[2:] if not token.is_word(b"TABLE")]
    if len(named) < 3 or _name(named[0]) != b"system" or named[1].text != b".":
        return sql
    statement = _SHOW_CREATE.format(name=quote_string(_name(named[2])).decode()).encode()
    return statement + sql[named[2].end :]


def _renamed(sql: bytes, found: list[Token], *, query_log: bool) -> bytes:
    names = {b"processes", b"users", b"grants"}
    if query_log:
        names |= {b"query_log", b"session_log"}
    parts, copied = [], 0
    for database, dot, table in zip(found, found[1:], found[2:], strict=False):
        if dot.text == b"." and _name(database) == b"system" and _name(table) in names:
            parts += [sql[copied : table.start], b"gateway_", _name(table)]
            copied = table.end
    return b"".join([*parts, sql[copied:]])


def _name(token: Token) -> bytes:
    return token.text[1:-1] if token.kind is Kind.QUOTED else token.text


def _create_view(name: str, select: str) -> bytes:
    return f"CREATE OR REPLACE VIEW system.{name} AS {select}".encode()


def _translated(table: str, *, keep_request: bool = False) -> str:
    return _TRANSLATED.format(
        dropped="" if keep_request else " EXCEPT (request)",
        own_text=_OWN_TEXT,
        marker=MARKER_SETTING,
        table=table,
    )
