"""The shape of queries: what is accepted, what is refused and how."""

from typing import Any

import pytest
from pydantic import ValidationError

from semantic_layer.queries import EventsQuery, MetricsQuery, parse_query

TIME = {"last": {"n": 7, "unit": "day"}}
METRICS = {"kind": "metrics", "metrics": ["events"], "time": TIME}


def test_kinds_are_told_apart() -> None:
    assert isinstance(parse_query(METRICS), MetricsQuery)
    assert isinstance(parse_query({"kind": "events", "time": TIME}), EventsQuery)


def test_survives_json() -> None:
    query = parse_query({**METRICS, "time": {"from": "2026-01-01", "to": "2026-02-01T12:00"}})

    assert parse_query(query.model_dump(mode="json", by_alias=True)) == query


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "dance"},
        {"metrics": []},
        {"metrics": ["x"] * 21},
        {"time": {}},
        {"time": {**TIME, "from": "2026-01-01", "to": "2026-01-02"}},
        {"time": {"from": "2026-01-01"}},
        {"time": {"last": {"n": 0, "unit": "day"}}},
        {"time": {"last": {"n": 1, "unit": "fortnight"}}},
        {"compare": "next_period"},
        {"limit": 0},
        {"limit": 10_001},
        {"group_by": ["a", "b", "c", "d", "e", "f"]},
        {"surprise": 1},
        {"where": [{"field": "country", "op": "eq"}]},
        {"where": [{"field": "country", "op": "eq", "value": ["DE"]}]},
        {"where": [{"field": "country", "op": "in", "value": "DE"}]},
        {"where": [{"field": "country", "op": "in", "value": []}]},
        {"where": [{"field": "country", "op": "between", "value": [1]}]},
        {"where": [{"field": "country", "op": "contains", "value": 5}]},
        {"where": [{"field": "country", "op": "is_set", "value": "x"}]},
        {"where": [{"field": "country", "op": "resembles", "value": "x"}]},
    ],
)
def test_refuses(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        parse_query({**METRICS, **change})
