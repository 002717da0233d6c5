"""What a worker thread does with one request: set up the connection, run the statement, restore."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from warehouse.embedded import native_stream
from warehouse.embedded.body import Spool
from warehouse.embedded.engine import Connection, Outcome
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.external import ExternalTable
from warehouse.embedded.killing import kill_query
from warehouse.embedded.lexer import quote_identifier, quote_string
from warehouse.embedded.statement import InsertHeader, Statement
from warehouse.embedded.system_tables import MARKER_SETTING


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT that brings its data."""

    header: InsertHeader
    data: Spool


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement and everything it runs with."""

    marker: str
    output_format: str
    """Of the result: the statement's own or the request's."""
    database: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, bytes] = field(default_factory=dict)
    external_tables: tuple[ExternalTable, ...] = ()
    native_revision: int = 0
    statement: Statement | None = None
    insert: Insert | None = None

    @property
    def returns_rows(self) -> bool:
        return self.statement is not None and self.statement.returns_rows

    @property
    def stops_with_client(self) -> bool:
        """Not an INSERT that brought its data: that one is short, and its client may retry it."""
        return self.insert is None


class Execution:
    """Runs plans; `connect` opens a connection of the plan's role."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def once(self, plan: Plan, pipe: int) -> Outcome:
        """Run on a connection of its own, writing rows to `pipe`. Raises ClickHouseError."""
        with self._connect() as connection:
            self._prepare(plan, connection)
            return self._run(plan, connection, pipe)

    def in_session(self, plan: Plan, connection: Connection, pipe: int) -> Outcome:
        """Run on a session's connection: its SET, USE and tables stay, the request's do not."""
        with ExitStack() as restore:
            restore.enter_context(_settings_of_request(plan, connection))
            if plan.database and not (plan.statement and plan.statement.keyword == b"USE"):
                restore.enter_context(_database_of_request(plan.database, connection))
            return self._run(plan, connection, pipe)

    def _prepare(self, plan: Plan, connection: Connection) -> None:
        connection.set(plan.settings)
        if plan.database:
            connection.use(plan.database)

    def _run(self, plan: Plan, connection: Connection, pipe: int) -> Outcome:
        params = _text_params(plan, connection)
        with ExitStack() as stack:
            for table in plan.external_tables:
                stack.enter_context(_external_table(table, connection))
            connection.set({MARKER_SETTING: plan.marker, "log_queries": "1"} | _log_queries(plan))
            if plan.insert is not None:
                path = stack.enter_context(plan.insert.data.path())
                return connection.run(plan.insert.header.from_file(path), params=params)
            assert plan.statement is not None
            return self._run_statement(plan, plan.statement, connection, params, pipe)

    def _run_statement(
        self,
        plan: Plan,
        statement: Statement,
        connection: Connection,
        params: Mapping[str, str],
        pipe: int,
    ) -> Outcome:
        if statement.node == "KillQueryQuery":
            statement = kill_query(statement, connection)
        if not statement.returns_rows:
            return connection.run(statement.sql, plan.output_format, params)
        if plan.native_revision and plan.output_format == "Native":
            return self._write_native(plan, statement, connection, params, pipe)
        sql = statement.into_outfile(f"/proc/self/fd/{pipe}", plan.output_format)
        return connection.run(sql, plan.output_format, params)

    def _write_native(
        self,
        plan: Plan,
        statement: Statement,
        connection: Connection,
        params: Mapping[str, str],
        pipe: int,
    ) -> Outcome:
        if statement.node == "SelectWithUnionQuery":
            stream = connection.stream(statement.sql, "Native", params)
        else:  # a few names or a plan: one block
            stream = connection.whole(statement.sql, "Native", params)
        blocks = native_stream.blocks(
            stream, plan.native_revision, lambda: self._zoned_types(plan, statement, params)
        )
        for block in blocks:
            _write_all(pipe, block)
        return stream.outcome

    def _zoned_types(
        self, plan: Plan, statement: Statement, params: Mapping[str, str]
    ) -> dict[bytes, bytes]:
        """On another connection, since this one is in the middle of its result."""
        describe = b"DESCRIBE (" + statement.without_format() + b"\n)"
        try:
            with self._connect() as connection:
                self._prepare(replace(plan, external_tables=()), connection)
                described = connection.run(describe, "JSONCompactEachRow", params)
        except ClickHouseError:  # it reads a table of the session: the types stay without a zone
            return {}
        return native_stream.zoned_types(described.output)


def _log_queries(plan: Plan) -> dict[str, str]:
    return {name: value for name, value in plan.settings.items() if name == "log_queries"}


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _text_params(plan: Plan, connection: Connection) -> dict[str, str]:
    """chDB takes parameters as text; values that are not UTF-8 are set by a statement of bytes."""
    texts = {}
    for name, value in plan.params.items():
        try:
            texts[name] = value.decode()
        except UnicodeDecodeError:
            connection.set({f"param_{name}": value})
    return texts


@contextmanager
def _external_table(table: ExternalTable, connection: Connection) -> Iterator[None]:
    connection.run(table.create)
    try:
        if table.data.size:
            with table.data.path() as path:
                insert = InsertHeader(
                    b"INSERT INTO " + table.quoted_name, b"", table.input_format, 0
                )
                connection.run(insert.from_file(path))
        yield
    finally:
        connection.run(b"DROP TEMPORARY TABLE IF EXISTS " + table.quoted_name)


@contextmanager
def _settings_of_request(plan: Plan, connection: Connection) -> Iterator[None]:
    before = _changed_settings(plan, connection)
    connection.set(plan.settings)
    try:
        yield
    finally:
        connection.set({MARKER_SETTING: "", "log_queries": "0"} | before)
        for name in plan.settings.keys() - before.keys():
            connection.run(b"SET " + name.encode() + b" = DEFAULT")


def _changed_settings(plan: Plan, connection: Connection) -> dict[str, str]:
    """The session's own values of the settings that the request changes."""
    if not plan.settings:
        return {}
    names = b", ".join(quote_string(name.encode()) for name in plan.settings)
    query = b"SELECT name, value FROM system.settings WHERE changed AND name IN (" + names + b")"
    rows = connection.run(query, "JSONCompactEachRow").output
    return dict(json.loads(row) for row in rows.splitlines())


@contextmanager
def _database_of_request(database: str, connection: Connection) -> Iterator[None]:
    before = connection.value(b"SELECT currentDatabase()")
    connection.use(database)
    try:
        yield
    finally:
        connection.run(b"USE " + quote_identifier(before))
