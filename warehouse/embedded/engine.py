"""The chDB engine: connections, statements and the parser.

Measured on chDB 4.4: a further connection opens in 0.15 ms and shares no settings, temporary tables
or current database with another, so every request has its own and there is nothing to clean up.
Connections run in parallel and release the GIL; two statements on one connection would queue.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import chdb

from warehouse.embedded import access_statements, engine_config, reader, system_tables
from warehouse.embedded.auth import Role
from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.errors import ClickHouseError, from_engine
from warehouse.embedded.lexer import quote_identifier, quote_string
from warehouse.embedded.sql_users import SqlUsers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished statement reports. `output` is empty when it wrote to a pipe."""

    output: bytes = b""
    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0
    total_rows_to_read: int = 0

    def with_progress(self, seen: "Outcome") -> "Outcome":
        """With the progress that the engine reported: a stream's own figures miss its end."""
        return replace(
            self,
            read_rows=max(self.read_rows, seen.read_rows),
            read_bytes=max(self.read_bytes, seen.read_bytes),
            total_rows_to_read=seen.total_rows_to_read,
        )

    def plus(self, other: "Outcome") -> "Outcome":
        """Both counted together, without output."""
        return Outcome(
            b"",
            self.read_rows + other.read_rows,
            self.read_bytes + other.read_bytes,
            self.written_rows + other.written_rows,
            self.written_bytes + other.written_bytes,
            self.result_rows + other.result_rows,
            self.result_bytes + other.result_bytes,
        )


def _outcome(result: Any) -> Outcome:
    return Outcome(
        output=result.bytes(),
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        result_rows=result.rows_read(),
        result_bytes=result.bytes_read(),
    )


class BlockStream:
    """The result of one statement in blocks, and after the last one its outcome."""

    def __init__(self, chunks: Iterable[Any], close: Callable[[], None]) -> None:
        self._chunks = chunks
        self._close = close
        self.outcome = Outcome()

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._chunks:
                found = _outcome(chunk)
                self.outcome = self.outcome.plus(found)
                if found.output:
                    yield found.output
        except (RuntimeError, UnicodeDecodeError) as error:
            raise from_engine(error) from None
        finally:
            self._close()


class Connection:
    """One conversation with the engine; never used by two threads at once."""

    def __init__(self, target: str) -> None:
        self._chdb = chdb.connect(target)

    def run(
        self,
        sql: bytes,
        output_format: str = "TabSeparated",
        params: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run one statement to its end. Raises ClickHouseError."""
        return _outcome(self._query(sql, output_format, params))

    def stream(self, sql: bytes, output_format: str, params: Mapping[str, str]) -> BlockStream:
        """Start one SELECT and take its result block by block."""
        try:
            chunks = self._chdb.send_query(sql, output_format, params=dict(params))
        except (RuntimeError, UnicodeDecodeError) as error:
            raise from_engine(error) from None
        return BlockStream(chunks, chunks.close)

    def whole(self, sql: bytes, output_format: str, params: Mapping[str, str]) -> BlockStream:
        """`stream` for the statements that chDB does not stream; their results are small."""
        return BlockStream([self._query(sql, output_format, params)], lambda: None)

    def _query(self, sql: bytes, output_format: str, params: Mapping[str, str] | None) -> Any:
        try:
            # The engine takes the statement as bytes: it need not be UTF-8.
            return self._chdb.query(sql, output_format, params=dict(params or {}))
        except (RuntimeError, UnicodeDecodeError) as error:
            raise from_engine(error) from None

    def watch(self, seen: Callable[[Outcome], None]) -> None:
        """Call `seen` from the engine's threads, every 0.1 s at most and at a statement's end."""

        def callback(figures: Mapping[str, int]) -> None:
            seen(
                Outcome(
                    read_rows=figures["read_rows"],
                    read_bytes=figures["read_bytes"],
                    written_rows=figures["written_rows"],
                    written_bytes=figures["written_bytes"],
                    total_rows_to_read=figures["total_rows_to_read"],
                )
            )

        self._chdb.set_progress_callback(callback)

    def unwatch(self) -> None:
        self._chdb.set_progress_callback(None)

    def set(self, settings: Mapping[str, str | bytes | None]) -> None:
        """None is a setting's default."""
        if settings:
            assignments = (
                name.encode() + b" = " + (b"DEFAULT" if value is None else _quoted(value))
                for name, value in settings.items()
            )
            self.run(b"SET " + b", ".join(assignments))

    def use(self, database: str) -> None:
        self.run(b"USE " + quote_identifier(_as_bytes(database)))

    def value(self, sql: bytes) -> bytes:
        """The only value of the only row."""
        return self.run(sql, "TSVRaw").output.removesuffix(b"\n")

    def close(self) -> None:
        self._chdb.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _quoted(value: str | bytes) -> bytes:
    return quote_string(_as_bytes(value))


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _without_scope(error: ClickHouseError) -> ClickHouseError:
    """Without `: In scope SELECT parseQueryToJSON(…)`, which is about our call."""
    message = error.message.partition(": In scope SELECT parseQueryToJSON(")[0]
    return ClickHouseError(error.code, error.name, message)


class Engine:
    """The opened data directory. One process opens it once; it holds its lock until closed."""

    def __init__(self, config: GatewayConfig) -> None:
        for directory in (config.engine_dir, config.spool_dir, config.working_dir):
            directory.mkdir(parents=True, exist_ok=True)
        os.chdir(config.working_dir)
        self._directory = f"{config.engine_dir}?config-file={engine_config.write(config)}"
        self._settings = engine_config.role_settings(config)
        self._anchor = self.connect()  # the engine lives as long as one connection is open
        self._parser = self.connect()
        self._parser_lock = threading.Lock()
        self._create_views(config)
        self.version = self._anchor.value(b"SELECT version()").decode()
        self.timezone = self._anchor.value(b"SELECT timezone()").decode()

    def _create_views(self, config: GatewayConfig) -> None:
        for statement in system_tables.view_statements(query_log=config.query_log):
            self._anchor.run(statement)
        for statement in reader.view_statements(config):
            self._anchor.run(statement)
        self._users = SqlUsers(config.data_dir / "users.json")
        self._show_access(self._users.view_statements())

    def connect(self, role: Role = Role.ADMIN) -> Connection:
        settings = "&".join(f"{name}={value}" for name, value in self._settings[role].items())
        return Connection(f"{self._directory}&{settings}")

    def parse(self, sql: bytes) -> dict[str, Any] | None:
        """The syntax tree of one statement; None for the kinds that ClickHouse cannot show as JSON.

        Raises ClickHouseError 62 for anything that is not exactly one statement.
        """
        with self._parser_lock:
            try:
                text = self._parser.value(b"SELECT parseQueryToJSON(" + quote_string(sql) + b")")
            except ClickHouseError as error:
                if "does not support JSON serialization" in error.message:
                    return None
                raise _without_scope(error) from None
        tree: dict[str, Any] = json.loads(text.decode("utf-8", "surrogateescape"))
        return tree

    def render(self, tree: dict[str, Any]) -> bytes:
        """The text of a syntax tree."""
        text = json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogateescape")
        with self._parser_lock:
            return self._parser.value(b"SELECT formatQueryFromJSON(" + quote_string(text) + b")")

    def change_access(self, sql: bytes, database: str) -> bool:
        """Run a statement on users and grants; False for the forms that the engine answers."""
        change = access_statements.parse(self._canonical(sql), database)
        if change is not None:
            self._users.apply(change, self._show_access)
        return change is not None

    def _canonical(self, sql: bytes) -> bytes:
        with self._parser_lock:
            return self._parser.value(b"SELECT formatQuerySingleLine(" + quote_string(sql) + b")")

    def _show_access(self, statements: Iterable[bytes]) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.run(statement)

    def kill(self, marker: str) -> None:
        """Stop the statements of one request, without waiting for them to end."""
        with self.connect() as connection:
            connection.run(b"KILL QUERY WHERE " + system_tables.marked([marker]) + b" ASYNC")

    def close(self) -> None:
        self._parser.close()
        self._anchor.close()
