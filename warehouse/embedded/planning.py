"""From a request to the plan that a worker runs: what is asked, whether the role may, and how."""

from collections.abc import Mapping
from dataclasses import replace

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

DEFAULT_DATABASE = "default"
DEFAULT_FORMAT = "TabSeparated"


class Planner:
    """Raises ClickHouseError for what does not parse and for what the role may not."""

    def __init__(self, config: GatewayConfig, engine: Engine) -> None:
        self._config = config
        self._engine = engine
        self._reader = reader.ReaderPolicy(config, engine.render)

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
            temporary = {table.name for table in plan.external_tables}
            database = request.database or DEFAULT_DATABASE
            sql = self._reader.rewritten(sql, statement.tree, database, temporary)
            statement = self._statement(sql, request.query_id)
        output_format = statement.output_format or plan.output_format
        return replace(plan, statement=statement, output_format=output_format)

    def _statement(self, sql: bytes, query_id: str) -> Statement:
        tree = self._engine.parse(sql)
        viewed = system_tables.with_views(sql, query_log=self._config.query_log)
        viewed = with_query_id(viewed, query_id)
        if viewed == sql:
            return Statement(sql, tree)
        return Statement(viewed, self._engine.parse(viewed))
