"""Which table answers a query, and that every table that may answer it tells the same."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.catalogue import Catalogue
from semantic_layer.compiler.metricflow import MetricFlowCompiler
from semantic_layer.compiler.metrics import MetricsCompiler
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import MetricsQuery, Unit, parse_query
from tests.dbt_project.reference.events import Project
from tests.semantic_layer.built_marts import PROJECTS

WEEK = {"from": "2026-03-24", "to": "2026-03-31"}
BY_DAY, BY_WEEK, BY_HOUR = ({**WEEK, "grain": grain} for grain in ("day", "week", "hour"))
ACTIVE_USERS = {"metrics": ["dau", "wau", "mau"]}
SOME_HOURS = {"from": "2026-03-24T06:00:00", "to": "2026-03-31T00:00:00"}

TABLES: list[tuple[dict[str, Any], set[str]]] = [
    ({"metrics": ["events", "page_views"], "time": BY_HOUR}, {"fct_event_hours"}),
    ({"metrics": ["events"], "group_by": ["event_name"], "time": SOME_HOURS}, {"fct_event_hours"}),
    ({"metrics": ["events"], "group_by": ["country"], "time": WEEK}, {"fct_events"}),
    ({"metrics": ["events"], "group_by": ["properties.plan"], "time": WEEK}, {"fct_events"}),
    ({"metrics": ["events"], "time": WEEK,
      "where": [{"field": "platform", "op": "eq", "value": "web"}]}, {"fct_events"}),
    ({"metrics": ["page_views"], "group_by": ["path"], "time": WEEK}, {"fct_pages_daily"}),
    ({"metrics": ["page_views"], "group_by": ["path"], "time": SOME_HOURS}, {"fct_events"}),
    ({"metrics": ["page_views"], "group_by": ["path"], "time": BY_HOUR}, {"fct_events"}),
    ({"metrics": ["page_views"], "group_by": ["path", "event_name"], "time": WEEK},
     {"fct_events"}),
    ({"metrics": ["people"], "time": BY_DAY}, {"active_users_daily"}),
    ({"metrics": ["people"], "time": BY_WEEK}, {"fct_person_days"}),
    ({"metrics": ["people"], "time": WEEK}, {"fct_person_days"}),
    ({"metrics": ["people"], "time": SOME_HOURS}, {"fct_events"}),
    ({"metrics": ["people"], "time": BY_HOUR}, {"fct_events"}),
    ({"metrics": ["people"], "group_by": ["event_name"], "time": BY_DAY}, {"fct_events"}),
    ({"metrics": ["sessions"], "group_by": ["channel"], "time": WEEK}, {"fct_campaigns_daily"}),
    ({"metrics": ["sessions"], "group_by": ["country"], "time": WEEK}, {"fct_sessions"}),
    ({"metrics": ["sessions"], "time": BY_HOUR}, {"fct_sessions"}),
    ({"metrics": ["dau", "sessions", "events", "people", "page_views"], "time": BY_DAY},
     {"active_users_daily", "fct_campaigns_daily", "fct_event_hours"}),
]  # fmt: skip


class Compilers:
    """Of the same catalogue, with its rollups and without them."""

    def __init__(self, catalogue: Catalogue, metricflow: MetricFlowCompiler) -> None:
        metrics = {each.name: replace(each, rollups=()) for each in catalogue.metrics.values()}
        self.with_rollups = MetricsCompiler(catalogue, metricflow)
        self.without = MetricsCompiler(replace(catalogue, metrics=metrics), metricflow)


@pytest.fixture(scope="module")
def compilers(catalogue: Catalogue, metricflow: MetricFlowCompiler) -> Compilers:
    return Compilers(catalogue, metricflow)


@pytest.mark.parametrize(
    ("query", "tables"), TABLES, ids=[" ".join(query["metrics"]) for query, _ in TABLES]
)
def test_the_smallest_table_that_can_tell_answers(
    query: dict[str, Any], tables: set[str], compilers: Compilers, project: ProjectContext
) -> None:
    assert _tables(compilers.with_rollups.compile(_parsed(query), project).sql) == tables


def test_active_users_of_days_are_read_once(compilers: Compilers, project: ProjectContext) -> None:
    """Over longer buckets the last day of each one has to be found and joined."""
    by_day, by_week = (
        compilers.with_rollups.compile(_parsed({**ACTIVE_USERS, "time": time}), project).sql
        for time in (BY_DAY, BY_WEEK)
    )

    assert by_day.count("`active_users_daily`") == 1
    assert "JOIN" not in by_day
    assert "JOIN" in by_week


async def test_the_period_before_has_a_table_of_its_own(
    layer: SemanticLayer, project: ProjectContext
) -> None:
    """Whole days with a clock change between them: the time before is an hour off."""
    time = {"from": "2026-03-29T00:00:00", "to": "2026-03-30T00:00:00"}
    query = _parsed({"metrics": ["people"], "compare": "previous_period", "time": time})

    result = await layer.run(query, project)

    assert _tables(result.sql) == {"fct_person_days"}
    assert result.rows == [[2, 2, 0.0]]


def test_rollups_cannot_be_asked_themselves(catalogue: Catalogue) -> None:
    rollups = [rollup for metric in catalogue.metrics.values() for rollup in metric.rollups]

    assert {rollup.name for rollup in rollups} == {
        "events_of_hours", "page_views_of_hours", "path_views", "people_of_day",
        "people_of_days", "attributed_sessions", "wau_of_day", "mau_of_day",
    }  # fmt: skip
    assert not {rollup.name for rollup in rollups} & set(catalogue.metrics)


def test_a_rollup_has_the_dimensions_of_its_metric(catalogue: Catalogue) -> None:
    """Under the same names, of the same types: a condition means the same on both."""
    for metric in catalogue.metrics.values():
        types = {name: source.data_type for name, source in metric.sources.items()}
        for rollup in metric.rollups:
            assert rollup.is_count == metric.is_count
            found = {name: source.data_type for name, source in rollup.sources.items()}
            assert found.items() <= types.items(), rollup.name


async def test_groups_without_page_views_are_left_out_where_nothing_else_is_asked(
    layer: SemanticLayer, project: ProjectContext
) -> None:
    """On 30 March the only event of FR is an order."""
    day = {"from": "2026-03-30", "to": "2026-03-31"}
    alone = _parsed({"metrics": ["page_views"], "group_by": ["country"], "time": day})
    beside = _parsed({"metrics": ["page_views", "orders"], "group_by": ["country"], "time": day})

    assert (await layer.run(alone, project)).rows == [[None, 1], ["DE", 1]]
    assert (await layer.run(beside, project)).rows == [[None, 1, 0], ["DE", 1, 1], ["FR", 0, 1]]


METRICS = (
    "events", "page_views", "people", "sessions",
    "wau", "mau", "revenue", "bounce_rate", "dau", "page_entrances",
)  # fmt: skip
"""Six that have rollups; beside them others, so that answers are put together."""

VALUES = {
    "event_name": ["page_view", "search", "nothing"],
    "path": ["", "/", "/docs"],
    "country": ["", "DE"],
    "channel": ["", "Email"],
    "utm_source": ["", "news"],
    "utm_campaign": ["", "spring"],
}
FIRST, DAYS = date(2025, 3, 1), 45  # over the clock changes of all projects


@st.composite
def queries(draw: st.DrawFn, compilers: Compilers) -> MetricsQuery:
    names = draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=4, unique=True))
    metrics = [compilers.with_rollups.catalogue.metrics[name] for name in names]
    fields = [name for name in VALUES if all(name in metric.dimensions for metric in metrics)]
    has_hours = all(Unit.HOUR in metric.grains for metric in metrics)
    query: dict[str, Any] = {"metrics": names, "time": draw(times(has_hours=has_hours))}
    if fields:
        field = st.sampled_from(fields)
        query["group_by"] = draw(st.lists(field, max_size=2, unique=True))
        query["where"] = [draw(conditions(name)) for name in draw(st.lists(field, max_size=1))]
    if query["time"]["grain"] != "hour" and draw(st.booleans()):
        query["compare"] = "previous_period"
    if draw(st.booleans()):
        query["limit"] = draw(st.integers(1, 4))
    return _parsed(query)


@st.composite
def times(draw: st.DrawFn, *, has_hours: bool) -> dict[str, Any]:
    """Whole days mostly; hours where all metrics have them."""
    start = FIRST + timedelta(days=draw(st.integers(0, DAYS)))
    end = start + timedelta(days=draw(st.integers(1, 40)))
    clock = f"T{draw(st.integers(0, 23)):02}:30:00" if has_hours and draw(st.booleans()) else ""
    grains = [None, "day", "week", "month", *(["hour"] if has_hours else [])]
    return {"from": f"{start}{clock}", "to": f"{end}", "grain": draw(st.sampled_from(grains))}


@st.composite
def conditions(draw: st.DrawFn, field: str) -> dict[str, Any]:
    op = draw(st.sampled_from(["eq", "neq", "in", "contains", "is_set"]))
    value = draw(st.sampled_from(VALUES[field]))
    given = {"in": [value], "contains": value or "e", "is_set": None}.get(op, value)
    return {"field": field, "op": op, "value": given}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), project=st.sampled_from(PROJECTS))
async def test_rollups_tell_what_the_tables_below_tell(
    data: st.DataObject, project: Project, compilers: Compilers, built_layer: SemanticLayer
) -> None:
    query = data.draw(queries(compilers))
    context = ProjectContext(project.project_id, project.timezone)
    with_rollups = compilers.with_rollups.compile(query, context)
    without = compilers.without.compile(query, context)

    if with_rollups.sql != without.sql:
        found = await built_layer.run_sql(with_rollups.sql, context)
        expected = await built_layer.run_sql(without.sql, context)
        assert found.rows == expected.rows


def _parsed(query: dict[str, Any]) -> MetricsQuery:
    parsed = parse_query({"kind": "metrics", **query})
    assert isinstance(parsed, MetricsQuery)
    return parsed


def _tables(sql: str) -> set[str]:
    return set(re.findall(r"analytics`?\.`?(\w+)", sql))
