"""The exact SQL of representative queries, as it runs.

After an intended change: `UPDATE_SNAPSHOTS=1 pytest tests/semantic_layer/test_snapshots.py`, and
read the diff.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query

SNAPSHOTS = Path(__file__).parent / "snapshots"
WEEK = {"last": {"n": 7, "unit": "day"}}

QUERIES: dict[str, dict[str, Any]] = {
    "total": {"metrics": ["events"], "time": WEEK},
    "trend": {"metrics": ["people"], "time": {**WEEK, "grain": "day"}},
    "hours": {
        "metrics": ["events"],
        "time": {"from": "2026-03-29", "to": "2026-03-30", "grain": "hour"},
    },
    "top": {
        "metrics": ["page_views"],
        "group_by": ["path"],
        "time": WEEK,
        "order_by": [{"field": "page_views", "descending": True}],
        "limit": 5,
    },
    "trend_of_top_groups": {
        "metrics": ["sessions"],
        "group_by": ["channel"],
        "time": {**WEEK, "grain": "week"},
        "limit": 3,
    },
    "compared": {"metrics": ["revenue"], "time": {**WEEK, "grain": "day"}}
    | {"compare": "previous_period"},
    "filtered_by_property": {
        "metrics": ["events"],
        "group_by": ["properties.plan"],
        "where": [
            {"field": "properties.seats", "op": "gte", "value": 5},
            {"field": "country", "op": "not_in", "value": ["DE", "it's"]},
        ],
        "time": WEEK,
    },
    "mean_of_days": {"metrics": ["dau"], "group_by": ["country"], "time": WEEK},
    "several_models": {"metrics": ["events", "sessions"], "time": {**WEEK, "grain": "month"}},
}


@pytest.mark.parametrize("name", QUERIES)
async def test_sql(name: str, layer: SemanticLayer, project: ProjectContext) -> None:
    result = await layer.run(parse_query({"kind": "metrics", **QUERIES[name]}), project)
    expected = SNAPSHOTS / f"{name}.sql"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(result.sql + "\n")

    assert result.sql + "\n" == expected.read_text()


async def test_events_sql(layer: SemanticLayer, project: ProjectContext) -> None:
    query = {"kind": "events", "columns": ["event_name", "country"], "time": WEEK, "limit": 10}
    result = await layer.run(parse_query(query), project)

    assert " ".join(result.sql.split()) == (
        "SELECT occurred_at, event_id, event_name, country FROM ( SELECT event_id, event_name, "
        "occurred_at, event_date, country FROM analytics.fct_events WHERE project_id = 'acme' ) "
        "AS fct_events WHERE (event_date >= toDate('2026-03-24')) AND "
        "(event_date < toDate('2026-03-31')) AND "
        "(occurred_at >= toDateTime64('2026-03-23 23:00:00.000', 3, 'UTC')) AND "
        "(occurred_at < toDateTime64('2026-03-30 22:00:00.000', 3, 'UTC')) "
        "ORDER BY occurred_at DESC, event_id DESC LIMIT 11"
    )
