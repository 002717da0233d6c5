"""Raw events through dbt to answers, beside SQL written by hand on the raw events.

Two projects in two time zones hold the same user ids; the days cover both zones' clock changes.
"""

from typing import Any

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from tests.semantic_layer.built_marts import ZONES, Built

MONTH = {"from": "2025-03-05", "to": "2025-04-02"}

IN_MARCH = "not is_bot and day >= '2025-03-05' and day < '2025-04-02'"

CASES: list[tuple[dict[str, Any], str]] = [
    (
        {"metrics": ["events", "people", "orders", "revenue"], "time": MONTH},
        f"""
        select count(), uniqExact(user_id), countIf(event_name = 'order_completed'), sum(revenue)
        from raw_events where {IN_MARCH}
        """,
    ),
    (
        {"metrics": ["people"], "time": {**MONTH, "grain": "day"}},
        f"""
        select toString(calendar.day), uniqExactIf(user_id, user_id != '')
        from (select toDate('2025-03-05') + number as day from numbers(28)) as calendar
        left join (select * from raw_events where {IN_MARCH}) as raw using (day)
        group by 1 order by 1
        """,
    ),
    (
        {"metrics": ["events"],
         "time": {"from": "2025-03-09", "to": "2025-03-31", "grain": "week"}},
        """
        select toString(toMonday(day)), count() from raw_events
        where not is_bot and day >= '2025-03-09' and day < '2025-03-31' group by 1 order by 1
        """,
    ),
    (
        {"metrics": ["page_views"], "group_by": ["path"], "time": MONTH,
         "where": [{"field": "event_name", "op": "eq", "value": "page_view"}]},
        f"""
        select path, count() from raw_events where {IN_MARCH} and event_name = 'page_view'
        group by path order by 2 desc, 1
        """,
    ),
    (
        {"metrics": ["page_views"], "group_by": ["path"], "time": MONTH},
        f"""
        select path, count() from raw_events where {IN_MARCH} and event_name = 'page_view'
        group by path order by 2 desc, 1
        """,
    ),
    (
        {"metrics": ["events"], "time": MONTH,
         "where": [{"field": "country", "op": "neq", "value": "DE"}]},
        f"select count() from raw_events where {IN_MARCH} and country != 'DE'",
    ),
    (
        {"metrics": ["dau"], "group_by": ["country"], "time": MONTH},
        f"""
        select nullIf(country, ''), sum(people) / 28 from (
            select country, day, uniqExact(user_id) as people from raw_events where {IN_MARCH}
            group by country, day
        ) group by country order by 2 desc, country
        """,
    ),
    (
        {"metrics": ["dau"], "time": MONTH},
        f"""
        select sum(people) / 28 from (
            select uniqExact(user_id) as people from raw_events where {IN_MARCH} group by day
        )
        """,
    ),
    (
        {"metrics": ["wau"], "time": {"from": "2025-03-20", "to": "2025-03-21"}},
        """
        select uniqExact(user_id) from raw_events
        where not is_bot and day > '2025-03-13' and day <= '2025-03-20'
        """,
    ),
    (
        {"metrics": ["sessions"], "time": MONTH},
        f"""
        select countIf(gap >= 1800) from (
            select dateDiff('second',
                lagInFrame(timestamp, 1, toDateTime64(0, 3, 'UTC')) over (
                    partition by user_id order by timestamp, event_id
                    rows between 1 preceding and current row
                ), timestamp) as gap, day, is_bot
            from raw_events where not is_bot
        ) where {IN_MARCH}
        """,
    ),
    (
        {"metrics": ["revenue"], "compare": "previous_period",
         "time": {"from": "2025-03-17", "to": "2025-03-24"}},
        """
        select
            sumIf(revenue, day >= '2025-03-17') as now,
            sumIf(revenue, day < '2025-03-17') as old,
            toFloat64(now - old) / toFloat64(old)
        from raw_events where not is_bot and day >= '2025-03-10' and day < '2025-03-24'
        """,
    ),
    (
        {"metrics": ["new_users"], "time": {"from": "2025-03-06", "to": "2025-04-02"}},
        """
        select count() from (
            select min(day) as first from raw_events where not is_bot group by user_id
        ) where first >= '2025-03-06' and first < '2025-04-02'
        """,
    ),
]  # fmt: skip


@pytest.mark.parametrize("project_id", ZONES)
@pytest.mark.parametrize(("query", "sql"), CASES, ids=lambda case: str(case)[:60])
async def test_equals_raw(
    query: dict[str, Any], sql: str, project_id: str, built_layer: SemanticLayer, built: Built
) -> None:
    zone = ZONES[project_id]
    raw_events = (
        f"select *, toDate(timestamp, '{zone}') as day, "
        "toDecimal64(JSONExtractFloat(properties, 'revenue'), 4) as revenue "
        f"from raw.events where project_id = '{project_id}'"
    )

    result = await built_layer.run(
        parse_query({"kind": "metrics", **query}), ProjectContext(project_id, zone)
    )
    expected = built.by_hand(f"with raw_events as ({raw_events}) {sql}")

    assert [_comparable(row) for row in result.rows] == [_comparable(row) for row in expected]


def _comparable(row: list[Any]) -> list[Any]:
    """Numbers to six digits; what was not sent as None."""
    return [
        value if isinstance(value, str | None) else round(float(value), 6)
        for value in (None if value == "" else value for value in row)
    ]
