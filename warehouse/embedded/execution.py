"""What a worker thread does with one request: set up the connection, run the statement, restore."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from warehouse.embedded.body import Spool
from warehouse.embedded.engine import MARKER_SETTING, Connection, Outcome
from warehouse.embedded.lexer import quote_identifier, quote_string
from warehouse.embedded.statement import InsertHeader, Statement


@dataclass(frozen=True, slots=True)
class ExternalTable:
    """An uploaded file that the statement reads as a temporary table."""

    name: str
    input_format: str
    structure: str
    data: Spool


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
    """Of the result, unless the statement names its own."""
    database: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, bytes] = field(default_factory=dict)
    external_tables: tuple[ExternalTable, ...] = ()
    statement: Statement | None = None
    insert: Insert | None = None


def execute(plan: Plan, connection: Connection, pipe: str) -> Outcome:
    """Run on a connection that nothing else will use. Raises ClickHouseError."""
    connection.set({**plan.settings, MARKER_SETTING: plan.marker})
    if plan.database:
        connection.use(plan.database)
    return _run(plan, connection, pipe)


def execute_in_session(plan: Plan, connection: Connection, pipe: str) -> Outcome:
    """Run on a session's connection: its own SET, USE and tables stay, the request's do not."""
    with ExitStack() as restore:
        restore.enter_context(_settings_of_request(plan, connection))
        if plan.database and not (plan.statement and plan.statement.keyword == b"USE"):
            restore.enter_context(_database_of_request(plan.database, connection))
        return _run(plan, connection, pipe)


def _run(plan: Plan, connection: Connection, pipe: str) -> Outcome:
    params = _text_params(plan, connection)
    with ExitStack() as stack:
        for table in plan.external_tables:
            stack.enter_context(_external_table(table, connection))
        if plan.insert is not None:
            path = stack.enter_context(plan.insert.data.path())
            return connection.run(plan.insert.header.from_file(path), params=params)
        assert plan.statement is not None
        if plan.statement.returns_rows:
            sql = plan.statement.into_outfile(pipe, plan.output_format)
            return connection.run(sql, plan.output_format, params)
        return connection.run(plan.statement.sql, plan.output_format, params)


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
    name = quote_identifier(table.name.encode("utf-8", "surrogateescape"))
    structure = table.structure.encode("utf-8", "surrogateescape")
    connection.run(b"CREATE TEMPORARY TABLE " + name + b" (" + structure + b") ENGINE = Memory")
    try:
        if table.data.size:
            with table.data.path() as path:
                target = InsertHeader(b"INSERT INTO " + name, b"", table.input_format, 0)
                connection.run(target.from_file(path))
        yield
    finally:
        connection.run(b"DROP TEMPORARY TABLE IF EXISTS " + name)


@contextmanager
def _settings_of_request(plan: Plan, connection: Connection) -> Iterator[None]:
    names = b", ".join(quote_string(name.encode()) for name in plan.settings)
    before: dict[str, str] = {}
    if plan.settings:
        rows = connection.run(
            b"SELECT name, value FROM system.settings WHERE changed AND name IN (" + names + b")",
            "JSONCompactEachRow",
        ).output
        before = dict(json.loads(row) for row in rows.splitlines())
    connection.set({**plan.settings, MARKER_SETTING: plan.marker})
    try:
        yield
    finally:
        connection.set(before)
        for name in plan.settings.keys() - before.keys():
            connection.run(b"SET " + name.encode() + b" = DEFAULT")


@contextmanager
def _database_of_request(database: str, connection: Connection) -> Iterator[None]:
    before = connection.value(b"SELECT currentDatabase()")
    connection.use(database)
    try:
        yield
    finally:
        connection.run(b"USE " + quote_identifier(before))
