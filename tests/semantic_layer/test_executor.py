"""Limits, cancellation, cache, ages and the shape of results."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client
from redis.asyncio import Redis

from semantic_layer import executor as executor_module
from semantic_layer.errors import (
    LimitExceeded,
    MalformedSql,
    NotBuilt,
    QueryFailed,
    QueryTimeout,
    UnknownColumn,
    WarehouseUnavailable,
)
from semantic_layer.layer import SemanticLayer
from semantic_layer.limits import LIMITS
from semantic_layer.project import ProjectContext, Role
from semantic_layer.queries import parse_query
from semantic_layer.settings import SemanticSettings
from tests.semantic_layer import marts

EVENTS = parse_query(
    {"kind": "metrics", "metrics": ["events"], "time": {"last": {"n": 3, "unit": "day"}}}
)


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change the limits of analysts for one test."""

    def changed(**limits: int) -> None:
        tighter = {**LIMITS, Role.ANALYST: replace(LIMITS[Role.ANALYST], **limits)}
        monkeypatch.setattr(executor_module, "LIMITS", tighter)

    return changed


@pytest.fixture
async def cached_layer(
    warehouse: Client, settings: SemanticSettings, redis_url: str
) -> AsyncIterator[SemanticLayer]:
    redis = Redis.from_url(redis_url)
    layer = SemanticLayer(settings, redis=redis)
    yield layer
    await layer.aclose()
    await redis.aclose()


async def test_values_are_plain_json(layer: SemanticLayer, project: ProjectContext) -> None:
    result = await layer.run_sql(
        "select toUInt8(1) as small, 18446744073709551615 as big, toDecimal64('1.50', 4) as money, "
        "0 / 0 as nan, 1 / 0 as inf, true as yes, null as nothing, "
        "toDate('2026-03-30') as day, toDateTime64('2026-03-30 10:00:00.5', 3, 'UTC') as moment, "
        "toDateTime('2026-03-30 12:00:00', 'Europe/Berlin') as local, [1, 2] as list, 'é' as text",
        project,
    )

    assert result.rows == [
        [
            1, "18446744073709551615", 1.5, None, None, True, None, "2026-03-30",
            "2026-03-30T10:00:00.500Z", "2026-03-30T10:00:00.000Z", [1, 2], "é",
        ]
    ]  # fmt: skip
    assert [column.type for column in result.columns] == [
        "integer", "integer", "number", "number", "number", "boolean", "string", "date",
        "datetime", "datetime", "json", "string",
    ]  # fmt: skip


async def test_a_result_tells_what_ran_and_how_old_it_is(
    layer: SemanticLayer, project: ProjectContext
) -> None:
    result = await layer.run(EVENTS, project)

    assert "WHERE project_id = 'acme'" in result.sql
    assert len(result.query_id) == 36
    assert result.data_as_of == datetime(2026, 3, 30, 9, 59, tzinfo=UTC)
    assert (datetime.now(UTC) - result.computed_at).total_seconds() < 60
    assert (result.row_count, result.truncated, result.cached) == (1, False, False)
    assert result.warnings == ["The current day is not complete yet."]


async def test_more_rows_than_allowed_are_cut_and_said_to_be(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(rows_returned=3)
    result = await layer.run_sql("select number from numbers(10)", project)

    assert result.rows == [[0], [1], [2]]
    assert (result.row_count, result.truncated) == (3, True)


async def test_exactly_as_many_rows_as_allowed_are_not_truncated(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(rows_returned=3)
    result = await layer.run_sql("select number from numbers(3)", project)

    assert (result.row_count, result.truncated) == (3, False)


async def test_a_result_may_not_be_larger_than_allowed(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(bytes_returned=1000)
    with pytest.raises(LimitExceeded, match="larger than 1000 bytes"):
        await layer.run_sql("select repeat('x', 10000)", project)


async def test_a_query_over_its_row_budget_does_not_start(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(rows_read=1)
    with pytest.raises(LimitExceeded, match=r"[Ll]imit for rows.*narrow the time"):
        await layer.run_sql("select count() from fct_events where country = 'DE'", project)


async def test_rows_that_no_estimate_sees_are_counted_while_it_runs(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(rows_read=1000)
    with pytest.raises(LimitExceeded, match=r"[Ll]imit for rows"):
        await layer.run_sql("select sum(number) from numbers(1000000)", project)


async def test_a_slow_query_is_stopped(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(seconds=1, rows_read=10**9)
    sql = "select sum(cityHash64(number, number + 1, number + 2)) from numbers(900000000)"
    with pytest.raises(QueryTimeout):
        await layer.run_sql(sql, project)


async def test_memory_is_limited(
    layer: SemanticLayer, project: ProjectContext, allow: Callable[..., None]
) -> None:
    allow(memory_bytes=10 * 2**20)
    with pytest.raises(LimitExceeded, match=r"[Mm]emory"):
        await layer.run_sql("select groupArray(toString(number)) from numbers(10000000)", project)


async def test_cancelling_the_task_stops_the_query(
    layer: SemanticLayer, project: ProjectContext, warehouse: Client
) -> None:
    sql = "select sum(cityHash64(number, number + 3)) as stop_me from numbers(900000000)"
    task = asyncio.create_task(layer.run_sql(sql, project))
    await _until(lambda: _running(warehouse) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await _until(lambda: _running(warehouse) == 0)


def _running(warehouse: Client) -> int:
    sql = "select count() from system.processes where query like 'SELECT sum%stop_me%'"
    return int(str(warehouse.command(sql)))


async def _until(condition: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.05)


async def test_a_result_is_kept_until_the_next_build_is_committed(
    cached_layer: SemanticLayer, warehouse: Client, project: ProjectContext
) -> None:
    own = replace(project, project_id="cache-test")
    first = await cached_layer.run(EVENTS, own)
    second = await cached_layer.run(EVENTS, own)
    _add_event(warehouse, own)
    _set_build(cached_layer, warehouse, 2)
    third = await cached_layer.run(EVENTS, own)
    fourth = await cached_layer.run(EVENTS, own)

    assert [each.cached for each in (first, second, third, fourth)] == [False, True, False, True]
    assert second.computed_at == first.computed_at
    assert (first.rows, third.rows) == ([[0]], [[1]])
    assert (first.data_as_of, third.data_as_of) == (None, datetime(2026, 3, 30, 9, 59, tzinfo=UTC))


async def test_a_result_of_a_build_under_way_is_not_kept(
    cached_layer: SemanticLayer, warehouse: Client, project: ProjectContext
) -> None:
    own = replace(project, project_id="half-built")
    _set_build(cached_layer, warehouse, 3, is_building=True)
    _add_event(warehouse, own)
    during = await cached_layer.run(EVENTS, own)
    _add_event(warehouse, own, user="u2")
    _set_build(cached_layer, warehouse, 4)
    after = await cached_layer.run(EVENTS, own)

    assert (during.cached, during.rows) == (False, [[1]])
    assert (after.cached, after.rows) == (False, [[2]])


async def test_a_result_computed_while_a_build_begins_is_not_kept(
    cached_layer: SemanticLayer, warehouse: Client, project: ProjectContext
) -> None:
    own = replace(project, project_id="build-begins")
    _set_build(cached_layer, warehouse, 5)
    await cached_layer._current().executor.freshness.of(own.project_id)
    marts.set_build(warehouse, 5, is_building=True)
    _add_event(warehouse, own)
    first = await cached_layer.run(EVENTS, own)
    _add_event(warehouse, own, user="u2")
    second = await cached_layer.run(EVENTS, own)
    marts.set_build(warehouse, 6)  # committed, and the reader still trusts what it read before
    third = await cached_layer.run(EVENTS, own)

    assert [each.cached for each in (first, second, third)] == [False] * 3
    assert [each.rows for each in (first, second, third)] == [[[1]], [[2]], [[2]]]


async def test_what_the_last_build_left_is_answered_from_the_cache_during_the_next(
    cached_layer: SemanticLayer, warehouse: Client, project: ProjectContext
) -> None:
    own = replace(project, project_id="kept-during-build")
    _set_build(cached_layer, warehouse, 7)
    before = await cached_layer.run(EVENTS, own)
    _add_event(warehouse, own)
    _set_build(cached_layer, warehouse, 7, is_building=True)
    during = await cached_layer.run(EVENTS, own)

    assert (during.cached, during.rows) == (True, before.rows)


async def test_nothing_is_kept_before_a_build_has_ended(
    cached_layer: SemanticLayer, warehouse: Client, project: ProjectContext
) -> None:
    own = replace(project, project_id="first-build")
    warehouse.command("RENAME TABLE analytics.build_status TO analytics.moved")
    try:
        _add_event(warehouse, own)
        results = [await cached_layer.run(EVENTS, own) for _ in range(2)]
    finally:
        warehouse.command("RENAME TABLE analytics.moved TO analytics.build_status")

    assert [result.cached for result in results] == [False, False]
    assert results[0].data_as_of == datetime(2026, 3, 30, 9, 59, tzinfo=UTC)


def _add_event(warehouse: Client, project: ProjectContext, user: str = "u1") -> None:
    event = marts.event(project.project_id, user, "2026-03-30 09:00")
    marts.insert(warehouse, "analytics.fct_events", [event | {"load_id": 8}])
    names = ("project_id", "event_hour", "event_name")
    hour = {name: event[name] for name in names} | {"event_count": 1}
    marts.insert(warehouse, "analytics.fct_event_hours", [hour])


def _set_build(
    layer: SemanticLayer, warehouse: Client, version: int, *, is_building: bool = False
) -> None:
    """At once: what the reader has seen in the last seconds is forgotten."""
    marts.set_build(warehouse, version, is_building=is_building)
    layer._current().executor.freshness._known.clear()


async def test_redis_may_be_away(
    warehouse: Client, settings: SemanticSettings, project: ProjectContext
) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    layer = SemanticLayer(away)
    try:
        assert (await layer.run(EVENTS, project)).rows == [[11]]
    finally:
        await layer.aclose()


async def test_clickhouse_away_is_a_503(
    settings: SemanticSettings, project: ProjectContext
) -> None:
    layer = SemanticLayer(
        settings.model_copy(update={"clickhouse_reader_url": "http://reader@127.0.0.1:1"})
    )
    try:
        with pytest.raises(WarehouseUnavailable) as caught:
            await layer.run_sql("select 1", project)
    finally:
        await layer.aclose()
    assert caught.value.status == 503


@pytest.mark.parametrize(
    ("sql", "error", "message"),
    [
        ("select fro fct_events where", MalformedSql, "Syntax error: failed at position"),
        ("select contry from fct_events", UnknownColumn, "Did you mean 'country'?"),
        ("select e.utm_sorce from fct_events e", UnknownColumn, "Did you mean 'utm_source'"),
        ("select toDate(1, 2, 3) from fct_events", QueryFailed, "toDate"),
        ("select sum(country) from fct_events", QueryFailed, "sum"),
    ],
)
async def test_errors_say_what_is_wrong_without_repeating_the_statement(
    sql: str,
    error: type[Exception],
    message: str,
    layer: SemanticLayer,
    project: ProjectContext,
) -> None:
    with pytest.raises(error) as caught:
        await layer.run_sql(sql, project)

    assert message in str(caught.value)
    assert "project_id" not in str(caught.value)
    assert "DB::Exception" not in str(caught.value)


async def test_a_documented_table_that_is_not_built_yet(
    layer: SemanticLayer, warehouse: Client, project: ProjectContext
) -> None:
    warehouse.command("RENAME TABLE analytics.dim_identities TO analytics.moved")
    try:
        with pytest.raises(NotBuilt):
            await layer.run_sql("select * from dim_identities", project)
    finally:
        warehouse.command("RENAME TABLE analytics.moved TO analytics.dim_identities")
