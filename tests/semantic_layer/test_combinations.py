"""Every metric with every dimension and grain that the catalogue calls valid compiles and runs."""

import pytest

from semantic_layer.catalogue import Catalogue, Metric
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import MetricsQuery, parse_query

METRICS = (
    "events", "page_views", "people", "revenue", "refunds", "net_revenue", "orders",
    "average_order_value", "sessions", "bounce_rate", "average_session_duration",
    "pages_per_session", "dau", "wau", "mau", "stickiness", "new_users",
    "page_entrances", "page_exits", "exit_rate",
    "converted_sessions", "session_conversion_rate",
    "day_1_retention", "day_7_retention", "day_30_retention", "week_1_retention",
    "week_4_retention", "month_1_retention",
)  # fmt: skip


def test_every_metric_of_the_catalogue_is_tried(catalogue: Catalogue) -> None:
    assert set(METRICS) == set(catalogue.metrics)


@pytest.mark.parametrize("name", METRICS)
async def test_every_valid_combination_runs(
    name: str, catalogue: Catalogue, layer: SemanticLayer, project: ProjectContext
) -> None:
    """All dimensions at once as filters and, two at a time, as groups: fewer and harder queries."""
    metric = catalogue.metrics[name]
    for query in _combinations(metric):
        result = await layer.run(query, project)
        assert [column.name for column in result.columns][-1].startswith(name)


def _combinations(metric: Metric) -> list[MetricsQuery]:
    filters = [{"field": each, "op": "neq", "value": "x"} for each in metric.dimensions]
    grains = [None, *metric.grains]
    queries = [_query(metric, grain=grain) for grain in grains]
    queries += [_query(metric, grain=grain, where=filters) for grain in (None, "day")]
    pairs = list(zip(metric.dimensions[::2], metric.dimensions[1::2], strict=False))
    queries += [_query(metric, grain="day", group_by=[*pair], limit=3) for pair in pairs]
    compared = {"compare": "previous_period", "group_by": metric.dimensions[-1:]}
    queries += [_query(metric, grain=grain, **compared) for grain in (None, "week")]
    return queries


def _query(metric: Metric, grain: str | None, **more: object) -> MetricsQuery:
    time = {"last": {"n": 3, "unit": "day"}, "grain": grain}
    query = parse_query({"kind": "metrics", "metrics": [metric.name], "time": time, **more})
    assert isinstance(query, MetricsQuery)
    return query
