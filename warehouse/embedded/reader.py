"""The reader role: the statements, tables and settings it has, and how statements are rewritten.

A SELECT is checked on ClickHouse's own syntax tree and what runs is the tree printed again, so that
no second reading of the text can differ from the first. The statements that ClickHouse cannot show
as a tree and that BI tools need are taken apart here and written anew.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from warehouse import sql_policy
from warehouse.embedded.config import GatewayConfig, ReaderLimits
from warehouse.embedded.errors import ClickHouseError, access_denied
from warehouse.embedded.lexer import Kind, Token, quote_identifier, quote_string, tokens

FILTERED_TABLES = ("databases", "tables", "columns")
"""Tables of `system` that list names: the reader gets views of them without the other databases."""

_DATABASE_COLUMN = {"databases": "name", "tables": "database", "columns": "database"}

_SETTINGS = frozenset(
    {
        "cancel_http_readonly_queries_on_client_close", "cast_string_to_dynamic_use_inference",
        "date_time_input_format", "date_time_output_format", "enable_http_compression", "extremes",
        "http_headers_progress_interval_ms", "http_response_buffer_size",
        "http_wait_end_of_query", "http_zlib_compression_level", "join_use_nulls", "log_comment",
        "max_block_size", "max_threads", "result_overflow_mode", "send_progress_in_http_headers",
        "session_timezone",
    }
)  # fmt: skip
"""What a request of the reader may set besides `output_format_…`. Settings are an allow-list: some
change how a statement is read (`dialect`, `implicit_table_at_top_level`) or name files.
"""


def view_statements(config: GatewayConfig) -> Iterator[bytes]:
    names = b", ".join(quote_string(name.encode()) for name in config.readable_databases)
    for table in FILTERED_TABLES:
        view = f"CREATE OR REPLACE VIEW system.reader_{table} AS SELECT * FROM system.{table}"  # noqa: S608
        yield f"{view} WHERE {_DATABASE_COLUMN[table]} IN (".encode() + names + b")"


def check_settings(settings: Mapping[str, str], limits: ReaderLimits) -> None:
    """Raises ClickHouseError 452 for a setting outside the list, or a limit above the role's."""
    ceilings = limits.settings()
    for name, value in settings.items():
        if name in ceilings:
            if not value.isdecimal() or not 0 < int(value) <= int(ceilings[name]):
                raise _constraint(f"Setting {name} shouldn't be greater than {ceilings[name]}")
        elif name not in _SETTINGS and not name.startswith("output_format_"):
            raise _constraint(f"Setting {name} should not be changed")


class ReaderPolicy:
    """Turns a reader's statement into the one that runs, or refuses it."""

    def __init__(
        self,
        config: GatewayConfig,
        render: Callable[[dict[str, Any]], bytes],
    ) -> None:
        self._readable = frozenset(config.readable_databases)
        self._render = render

    def rewritten(
        self, sql: bytes, tree: dict[str, Any] | None, database: str, temporary: Collection[str]
    ) -> bytes:
        """Raises ClickHouseError 497 with the reason."""
        if tree is None or tree.get("type") == "ShowTablesQuery":
            return self._metadata_statement(sql, database)
        policy = sql_policy.reader_policy(database, self._readable, temporary.__contains__)
        try:
            references = sql_policy.check(tree, policy)
        except sql_policy.PolicyViolation as violation:
            raise denied(violation.reason) from violation
        for reference in references:
            self._filter(reference, database)
        return self._render(tree)

    def _filter(self, reference: sql_policy.TableReference, current_database: str) -> None:
        name = reference.name
        if (name.database or current_database) != "system" or name.table not in FILTERED_TABLES:
            return
        holder: Any = reference.holder
        view = f"reader_{name.table}"
        holder[reference.key] |= {
            "name": f"system.{view}",
            "name_parts": ["system", view],
            "alias": reference.alias or name.table,
        }

    def _metadata_statement(self, sql: bytes, database: str) -> bytes:
        words = [token for token in tokens(sql) if token.text != b";"]
        clause = _format_clause(words)
        match [token.text.upper() for token in words]:
            case [b"SHOW", b"DATABASES"]:
                return b"SELECT name FROM system.reader_databases ORDER BY name" + clause
            case [b"SHOW", b"TABLES", *_]:
                return self._show_tables(words[2:], database) + clause
            case [b"DESCRIBE" | b"DESC", b"TABLE", *_]:
                return b"DESCRIBE TABLE " + self._table(words[2:], database) + clause
            case [b"DESCRIBE" | b"DESC", *_]:
                return b"DESCRIBE TABLE " + self._table(words[1:], database) + clause
            case [b"EXISTS", b"TABLE", *_]:
                return b"EXISTS TABLE " + self._table(words[2:], database) + clause
            case [b"EXISTS", *_]:
                return b"EXISTS TABLE " + self._table(words[1:], database) + clause
        raise denied("only SELECT, EXPLAIN, SHOW TABLES, SHOW DATABASES, DESCRIBE and EXISTS")

    def _show_tables(self, words: list[Token], database: str) -> bytes:
        shown, like = database.encode(), b""
        if len(words) >= 2 and words[0].is_word(b"FROM", b"IN"):
            shown, words = _identifier(words[1]), words[2:]
        if len(words) == 2 and words[0].is_word(b"LIKE", b"ILIKE"):
            if words[1].kind is not Kind.STRING:
                raise denied("LIKE takes a string")
            like = b" AND name " + words[0].text + b" " + words[1].text
        elif words:
            raise denied("SHOW TABLES takes FROM and LIKE")
        condition = b" WHERE database = " + quote_string(shown) + like
        return b"SELECT name FROM system.reader_tables" + condition + b" ORDER BY name"

    def _table(self, words: list[Token], database: str) -> bytes:
        match words:
            case [table]:
                parts = [database.encode(), _identifier(table)]
            case [given_database, dot, table] if dot.text == b".":
                parts = [_identifier(given_database), _identifier(table)]
            case _:
                raise denied("a table is named as table or database.table")
        if parts[0].decode("utf-8", "replace") not in self._readable:
            raise denied(f"table {b'.'.join(parts).decode('utf-8', 'replace')} is not documented")
        return b".".join(quote_identifier(part) for part in parts)


def denied(reason: str) -> ClickHouseError:
    return access_denied(f"reader: Not enough privileges: {reason}")


def _constraint(message: str) -> ClickHouseError:
    return ClickHouseError(452, "SETTING_CONSTRAINT_VIOLATION", message)


def _format_clause(words: list[Token]) -> bytes:
    """Takes a closing `FORMAT name` off `words`."""
    if len(words) > 2 and words[-2].is_word(b"FORMAT") and words[-1].kind is Kind.WORD:
        name = words.pop().text
        words.pop()
        return b" FORMAT " + name
    return b""


def _identifier(token: Token) -> bytes:
    """The name in a bare or quoted identifier; escapes are refused, no documented name has any."""
    text = token.text[1:-1] if token.kind is Kind.QUOTED else token.text
    if token.kind not in (Kind.WORD, Kind.QUOTED) or any(mark in text for mark in b'\\`"'):
        raise denied("the name of a table is expected")
    return text
