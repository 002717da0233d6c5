"""What a worker thread does with one request: set up the connection, run the statement, restore."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from warehouse.embedded import native_stream
from warehouse.embedded.access_statements import changes_access
from warehouse.embedded.body import Spool
from warehouse.embedded.engine import Connection, Outcome
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.external import ExternalTable
from warehouse.embedded.inserts import DataHeader, InsertHeader
from warehouse.embedded.killing import kill_query
from warehouse.embedded.lexer import quote_identifier
from warehouse.embedded.progress import Progress
from warehouse.embedded.sessions import Session
from warehouse.embedded.statement import Statement
from warehouse.embedded.system_tables import MARKER_SETTING


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT that brings its data."""

    header: DataHeader
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
    role: str | None = None
    """Of the `role` parameter. The engine has no roles to take, and says so."""
    statement: Statement | None = None
    insert: Insert | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def returns_rows(self) -> bool:
        return self.statement is not None and self.statement.returns_rows

    @property
    def changes_session(self) -> bool:
        return self.statement is not None and self.statement.changes_session

    def has_keyword(self, keyword: bytes) -> bool:
        return self.statement is not None and self.statement.keyword == keyword

    @property
    def stops_with_client(self) -> bool:
        """Not an INSERT that brought its data: that one is short, and its client may retry it."""
        return self.insert is None


class Execution:
    """Runs plans; `connect` opens a connection of the plan's role.

    `change_access` takes a statement on users and grants, and the current database.
    """

    def __init__(
        self, connect: Callable[[], Connection], change_access: Callable[[bytes, str], bool]
    ) -> None:
        self._connect = connect
        self._change_access = change_access

    def once(self, plan: Plan, pipe: int) -> Outcome:
        """Run on a connection of its own, writing rows to `pipe`. Raises ClickHouseError."""
        with self._connect() as connection:
            if plan.database:
                connection.use(plan.database)
            return self._run(plan, connection, pipe)

    def in_session(self, plan: Plan, session: Session, pipe: int) -> Outcome:
        """Run on a session's connection: its SET, USE and tables stay, the request's do not."""
        with ExitStack() as restore:
            if plan.changes_session:
                restore.callback(session.forget)
            if plan.database and not plan.has_keyword(b"USE"):
                restore.enter_context(_database_of_request(plan.database, session))
            # Left first: it takes off the marker, so that the log leaves out what restores.
            restore.enter_context(_settings_kept(plan, session))
            return self._run(plan, session.connection, pipe)

    def _run(self, plan: Plan, connection: Connection, pipe: int) -> Outcome:
        return _Run(plan, connection, pipe, self._connect, self._change_access).outcome()


@dataclass(frozen=True, slots=True)
class _Run:
    """One plan on its connection."""

    plan: Plan
    connection: Connection
    pipe: int
    connect: Callable[[], Connection]
    change_access: Callable[[bytes, str], bool]

    def outcome(self) -> Outcome:
        found = self._outcome()
        return found.with_progress(self.plan.progress.seen)

    def _outcome(self) -> Outcome:
        with ExitStack() as stack:
            if self.plan.external_tables:  # settings say how files are read
                self.connection.set(self.plan.settings)
            for table in self.plan.external_tables:
                stack.enter_context(_external_table(table, self.connection))
            if self.plan.role:
                self.connection.run(b"SET ROLE " + quote_identifier(self.plan.role.encode()))
            marker = {MARKER_SETTING: self.plan.marker}  # first, so that the log can leave it out
            self.connection.set(marker | {"log_queries": "1", **self.plan.settings} | marker)
            params = _text_params(self.plan, self.connection)
            stack.enter_context(_watched(self.plan, self.connection))
            if self.plan.insert is not None:
                path = stack.enter_context(self.plan.insert.data.path())
                return self.connection.run(self.plan.insert.header.from_file(path), params=params)
            assert self.plan.statement is not None
            return self._statement(self.plan.statement, params)

    def _statement(self, statement: Statement, params: Mapping[str, str]) -> Outcome:
        if statement.node == "KillQueryQuery":
            statement = kill_query(statement, self.connection, params)
        if changes_access(statement.sql) and self._changed_access(statement.sql):
            return Outcome()
        output_format = self.plan.output_format
        if not statement.returns_rows:
            return self.connection.run(statement.sql, output_format, params)
        if self.plan.native_revision and output_format == "Native":
            return self._native(statement, params)
        sql = statement.into_outfile(f"/proc/self/fd/{self.pipe}", output_format)
        return self.connection.run(sql, output_format, params)

    def _changed_access(self, sql: bytes) -> bool:
        return self.change_access(sql, self.connection.value(b"SELECT currentDatabase()").decode())

    def _native(self, statement: Statement, params: Mapping[str, str]) -> Outcome:
        if statement.node == "SelectWithUnionQuery":
            stream = self.connection.stream(statement.sql, "Native", params)
        else:  # a few names or a plan: one block
            stream = self.connection.whole(statement.sql, "Native", params)
        revision = self.plan.native_revision
        zones = partial(self._zoned_types, statement, params)
        for block in native_stream.blocks(stream, revision, zones):
            _write_all(self.pipe, block)
        return stream.outcome

    def _zoned_types(self, statement: Statement, params: Mapping[str, str]) -> dict[bytes, bytes]:
        """On another connection, since this one is in the middle of its result."""
        describe = b"DESCRIBE (" + statement.without_format() + b"\n)"
        try:
            with self.connect() as connection:
                connection.set(self.plan.settings)
                connection.use(self.plan.database or "default")
                described = connection.run(describe, "JSONCompactEachRow", params)
        except ClickHouseError:  # it reads a table of the session: the types stay without a zone
            return {}
        return native_stream.zoned_types(described.output)


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
def _watched(plan: Plan, connection: Connection) -> Iterator[None]:
    connection.watch(plan.progress.update)
    try:
        yield
    finally:
        connection.unwatch()


@contextmanager
def _settings_kept(plan: Plan, session: Session) -> Iterator[None]:
    """Afterwards the settings of the request have the session's values again."""
    own = session.settings() if plan.settings else {}
    before = {name: own.get(name) for name in plan.settings}
    try:
        yield
    finally:
        session.connection.set({MARKER_SETTING: "", "log_queries": "0", **before})


@contextmanager
def _database_of_request(database: str, session: Session) -> Iterator[None]:
    before = session.database()
    session.connection.use(database)
    try:
        yield
    finally:
        session.connection.use(before)
