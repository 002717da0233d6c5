"""Metrics to ClickHouse SQL through MetricFlow. The only module that touches its internals (0.213).

MetricFlow has no ClickHouse renderer: ours replaces the few expressions in which ClickHouse differs
from DuckDB. The first day of the week and every value are markers in the rendered text, so one
rendering serves all projects and stays cached.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlExpressionRenderer
from metricflow.sql.render.expr_renderer import SqlExpressionRenderer, SqlExpressionRenderResult
from metricflow.sql.render.sql_plan_renderer import DefaultSqlPlanRenderer
from metricflow_semantic_interfaces.type_enums.time_granularity import TimeGranularity
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from metricflow_semantics.sql.sql_bind_parameters import SqlBindParameterSet
from metricflow_semantics.sql.sql_exprs import (
    SqlDateTruncExpression,
    SqlGenerateUuidExpression,
    SqlPercentileExpression,
    SqlPercentileFunctionType,
)

from semantic_layer.catalogue import COUNTED_COLUMN, PROPERTIES_COLUMN, Model
from semantic_layer.compiler.conditions import property_text
from semantic_layer.compiler.rendering import (
    COUNTED,
    PARTITION_DATE,
    PROPERTY_SLOTS,
    WEEK_START,
    Request,
    property_dimension,
    property_marker,
)

CACHED_STATEMENTS = 2_000

_PERCENTILES = {
    SqlPercentileFunctionType.CONTINUOUS: "quantileExactInclusive",
    SqlPercentileFunctionType.DISCRETE: "quantileExactLow",
    SqlPercentileFunctionType.APPROXIMATE_CONTINUOUS: "quantile",
    SqlPercentileFunctionType.APPROXIMATE_DISCRETE: "quantile",
}

# Time columns hold the project's wall clock already, as Date or as DateTime('UTC'): no zone here.
_TRUNCATIONS = {
    TimeGranularity.HOUR: "toStartOfHour({0})",
    TimeGranularity.DAY: "toDate({0})",
    TimeGranularity.WEEK: f"toDate({{0}}) - (toDayOfWeek({{0}}) + 7 - {WEEK_START}) % 7",
    TimeGranularity.MONTH: "toStartOfMonth(toDate({0}))",
    TimeGranularity.QUARTER: "toStartOfQuarter(toDate({0}))",
    TimeGranularity.YEAR: "toStartOfYear(toDate({0}))",
}


class _ClickHouseExpressions(DuckDbSqlExpressionRenderer):
    @property
    def double_data_type(self) -> str:
        return "Nullable(Float64)"

    @property
    def timestamp_data_type(self) -> str:
        return "DateTime64(3)"

    @property
    def supported_percentile_function_types(self) -> set[SqlPercentileFunctionType]:
        return set(_PERCENTILES)

    def visit_date_trunc_expr(self, node: SqlDateTruncExpression) -> SqlExpressionRenderResult:
        argument = self.render_sql_expr(node.arg)
        sql = _TRUNCATIONS[node.time_granularity].format(argument.sql)
        return SqlExpressionRenderResult(sql, argument.bind_parameter_set)

    def visit_generate_uuid_expr(
        self, _node: SqlGenerateUuidExpression
    ) -> SqlExpressionRenderResult:
        return SqlExpressionRenderResult("generateUUIDv4()", SqlBindParameterSet())

    def visit_percentile_expr(self, node: SqlPercentileExpression) -> SqlExpressionRenderResult:
        argument = self.render_sql_expr(node.order_by_arg)
        function = _PERCENTILES[node.percentile_args.function_type]
        sql = f"{function}({node.percentile_args.percentile})({argument.sql})"
        return SqlExpressionRenderResult(sql, argument.bind_parameter_set)


class _ClickHousePlans(DefaultSqlPlanRenderer):
    EXPR_RENDERER = _ClickHouseExpressions()

    @property
    def expr_renderer(self) -> SqlExpressionRenderer:
        return self.EXPR_RENDERER


class _RenderingClient:
    """Stands where MetricFlow expects a database: it only tells how to render."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = _ClickHousePlans()

    def render_bind_parameter_key(self, key: str) -> str:
        return f"{{{key}}}"


class MetricFlowCompiler:
    """One engine for one semantic manifest. Thread-safe; building it takes 2-3 s, once.

    The semantic models get dimensions of ours, described in `rendering`.
    """

    def __init__(self, semantic_manifest: str, models: Mapping[str, Model]) -> None:
        text = _with_own_dimensions(semantic_manifest, models)
        manifest = parse_manifest_from_dbt_generated_manifest(text)
        client: Any = _RenderingClient()  # of SqlClient, rendering needs these members only
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), client)
        self._lock = Lock()
        self.render = lru_cache(CACHED_STATEMENTS)(self._render)

    def _render(self, request: Request) -> str:
        """SQL with markers. The lock: MetricFlow numbers its nodes from one global sequence."""
        with self._lock:
            result = self._engine.explain(
                MetricFlowQueryRequest.create(
                    metric_names=request.metrics,
                    group_by_names=request.group_by,
                    where_constraints=request.where,
                )
            )
        return result.sql_statement.without_descriptions.sql


def _with_own_dimensions(semantic_manifest: str, models: Mapping[str, Model]) -> str:
    manifest = json.loads(semantic_manifest)
    for semantic_model in manifest["semantic_models"]:
        model = models.get(semantic_model["node_relation"]["alias"])
        if model is not None:
            semantic_model["dimensions"] += _own_dimensions(model)
    return json.dumps(manifest)


def _own_dimensions(model: Model) -> Iterator[dict[str, Any]]:
    if model.date_column:
        yield {"name": PARTITION_DATE, "type": "categorical", "expr": model.date_column}
    if COUNTED_COLUMN in model.columns:
        yield {"name": COUNTED, "type": "categorical", "expr": COUNTED_COLUMN}
    for slot in range(PROPERTY_SLOTS if PROPERTIES_COLUMN in model.columns else 0):
        text = property_text(PROPERTIES_COLUMN, property_marker(slot))
        yield {"name": property_dimension(slot), "type": "categorical", "expr": text}
