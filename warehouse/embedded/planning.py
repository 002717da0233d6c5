"""From a request to the plan that a worker runs: what is asked, whether the role may, and how."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from warehouse.embedded import policy, reader, system_tables
from warehouse.embedded.auth import Identity, Role
from warehouse.embedded.body import Spool
from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.engine import Engine
from warehouse.embedded.execution import Plan
from warehouse.embedded.external import external_tables
from warehouse.embedded.incoming import Incoming
from warehouse.embedded.query_ids import with_query_id
from warehouse.embedded.request import QueryRequest
from warehouse.embedded.statement import Statement

Found = TypeVar("Found")

REMEMBERED_STATEMENTS = 256
REMEMBERED_BYTES = 16_384
"""Of a statement at most."""

DEFAULT_DATABASE = "default"
DEFAULT_FORMAT = "TabSeparated"


class Planner:
    """Raises ClickHouseError for what does not parse and for what the role may not."""

    def __init__(self, config: GatewayConfig, engine: Engine) -> None:
        self._config = config
        self._engine = engine
        self._reader = reader.ReaderPolicy(config, engine.render)
        # Dashboards send the same texts again and again, and taking one of 5 KB apart takes longer
        # than ClickHouse takes to answer it from a small mart.
        self._shown = _remembered(self._show)
        self._rewritten = _remembered(self._rewrite)

    def plan(
        self,
        identity: Identity,
        request: QueryRequest,
        incoming: Incoming,
        files: Mapping[str, Spool],
    ) -> Plan:
        if identity.role is Role.READER:
            reader.check_settings(request.settings, self._config.reader_limits)
        session_id = request.session.session_id if request.session else ""
        plan = Plan(
            marker=system_tables.marker(identity.user, request.query_id, session_id),
            output_format=request.default_format or DEFAULT_FORMAT,
            database=request.database,
            settings=request.settings,
            params=request.params,
            external_tables=external_tables(files, request.external_tables, self._engine.parse),
            native_revision=request.native_revision,
            role=request.role,
        )
        if incoming.insert is None:
            return self._with_statement(identity.role, request, plan, incoming.sql)
        policy.check_insert(request.method)
        if identity.role is Role.READER:
            raise reader.denied("the role only reads")
        return replace(plan, insert=incoming.insert)

    def _with_statement(self, role: Role, request: QueryRequest, plan: Plan, sql: bytes) -> Plan:
        statement = self._statement(sql, request.query_id)
        policy.check(request.method, statement)
        if role is Role.READER:
            temporary = frozenset(table.name for table in plan.external_tables)
            database = request.database or DEFAULT_DATABASE
            sql = self._rewritten(statement.sql, sql, database, temporary)
            statement = self._statement(sql, request.query_id)
        output_format = statement.output_format or plan.output_format
        return replace(plan, statement=statement, output_format=output_format)

    def _statement(self, sql: bytes, query_id: str) -> Statement:
        statement = self._shown(sql)
        named = with_query_id(statement.sql, query_id)
        if named == statement.sql:
            return statement
        return Statement.of(named, self._engine.parse(named))

    def _show(self, sql: bytes) -> Statement:
        """Over the views of system tables."""
        tree = self._engine.parse(sql)
        viewed = system_tables.with_views(sql, query_log=self._config.query_log)
        return Statement.of(viewed, tree if viewed == sql else self._engine.parse(viewed))

    def _rewrite(self, shown: bytes, sql: bytes, database: str, temporary: frozenset[str]) -> bytes:
        return self._reader.rewritten(sql, self._engine.parse(shown), database, temporary)


def _remembered(of_statement: Callable[..., Found]) -> Callable[..., Found]:
    """The same, which keeps what it found for the statements of late that are not long."""
    kept = lru_cache(maxsize=REMEMBERED_STATEMENTS)(of_statement)

    def found(sql: bytes, *others: object) -> Found:
        return (kept if len(sql) <= REMEMBERED_BYTES else of_statement)(sql, *others)

    return found
