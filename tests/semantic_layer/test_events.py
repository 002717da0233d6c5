"""Lists of single events."""

from typing import Any

import pytest

from semantic_layer.errors import InvalidQuery, UnknownColumn
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from semantic_layer.results import QueryResult

TIME = {"from": "2026-03-28", "to": "2026-03-31"}


@pytest.fixture
def ask(layer: SemanticLayer, project: ProjectContext) -> Any:
    async def run(**query: Any) -> QueryResult:
        parsed = parse_query({"kind": "events", "time": TIME, **query})
        return await layer.run(parsed, project)

    return run


async def test_newest_first_with_their_key(ask: Any) -> None:
    result = await ask(columns=["event_name", "country"], limit=2)

    assert [column.name for column in result.columns] == [
        "occurred_at",
        "event_id",
        "event_name",
        "country",
    ]
    assert [[row[0], *row[2:]] for row in result.rows] == [
        ["2026-03-30T09:45:00.000Z", "page_view", "US"],
        ["2026-03-30T09:30:00.000Z", "page_view", ""],
    ]
    assert result.truncated


async def test_a_day_is_that_of_the_range(ask: Any) -> None:
    day = {"field": "event_date", "op": "eq", "value": "2026-03-30"}
    in_range = await ask(time={"from": "2026-03-30", "to": "2026-03-31"})
    assert (await ask(where=[day])).rows == in_range.rows


async def test_the_range_is_local(ask: Any) -> None:
    result = await ask(time={"from": "2026-03-29T03:00", "to": "2026-03-29T04:00"})

    assert [row[0] for row in result.rows] == ["2026-03-29T01:30:00.000Z"]


async def test_pages_follow_each_other_without_gap_or_repeat(ask: Any) -> None:
    everything = await ask()
    found, cursor = [], None
    for _ in range(10):
        page = await ask(limit=5, cursor=cursor)
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            break

    assert len(found) == 12
    assert found == everything.rows


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ({"field": "event_name", "op": "eq", "value": "order_completed"}, 2),
        ({"field": "revenue", "op": "gt", "value": 60}, 1),
        ({"field": "is_bot", "op": "eq", "value": True}, 1),
        ({"field": "properties.plan", "op": "is_set"}, 4),
        ({"field": "properties.items.count", "op": "gte", "value": 2}, 1),
        ({"field": "user_id", "op": "in", "value": ["u2", "u3"]}, 5),
        ({"field": "occurred_at", "op": "eq", "value": "2026-03-30T09:45:00Z"}, 1),
        ({"field": "occurred_at", "op": "gte", "value": "2026-03-30T11:30+02:00"}, 2),
        ({"field": "occurred_at", "op": "gt", "value": "2026-03-30 09:30:00.000"}, 1),
        ({"field": "event_date", "op": "between", "value": ["2026-03-30", "2026-03-30"]}, 6),
    ],
)
async def test_filters(ask: Any, condition: dict[str, Any], count: int) -> None:
    assert (await ask(where=[condition])).row_count == count


async def test_another_order_has_no_cursor(ask: Any) -> None:
    result = await ask(order_by=[{"field": "revenue", "descending": True}], limit=1)

    assert result.truncated
    assert result.cursor is None
    with pytest.raises(InvalidQuery, match="default order"):
        await ask(order_by=[{"field": "revenue"}], cursor="eA==")


async def test_a_foreign_cursor_is_refused(ask: Any) -> None:
    for cursor in ("x", "bm90IGpzb24=", "WyJ4IiwgInkiXQ=="):
        with pytest.raises(InvalidQuery, match="cursor"):
            await ask(cursor=cursor)


async def test_unknown_columns_are_named_with_those_spelt_alike(ask: Any) -> None:
    with pytest.raises(UnknownColumn) as caught:
        await ask(columns=["contry"])

    assert caught.value.near[0] == "country"


@pytest.mark.parametrize(
    ("field", "value"),
    [("occurred_at", "x"), ("occurred_at", 5), ("event_date", "x"), ("event_date", "2026-02-30")],
)
async def test_what_is_no_time_is_refused(ask: Any, field: str, value: Any) -> None:
    with pytest.raises(InvalidQuery, match=f"{field} is a"):
        await ask(where=[{"field": field, "op": "gte", "value": value}])
