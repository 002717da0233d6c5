"""Catalogue, queries, overview and questions over marts whose rows are written out by hand."""

import json
import math
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from clickhouse_connect.driver.client import Client

from control_plane.roles import Role
from dashboard_api.application import create_app
from dashboard_api.settings import Settings
from stack.engines import ClickHouse
from tests.dashboard_api.conftest import BASE_URL, Team
from tests.semantic_layer import marts
from tests.semantic_layer.conftest import catalogue, engine, target_dir, warehouse

__all__ = ["catalogue", "engine", "target_dir", "warehouse"]

WEEKEND = {"from": "2026-03-28", "to": "2026-03-31"}
TABLES = {
    "fct_events": marts.ACME_EVENTS,
    "fct_sessions": marts.SESSIONS,
    "fct_person_days": marts.PERSON_DAYS,
    "active_users_daily": marts.ACTIVE_USERS,
}


@pytest.fixture
def settings(settings: Settings, engine: ClickHouse, target_dir: str) -> Settings:
    return settings.model_copy(
        update={"clickhouse_reader_url": engine.reader_url, "dbt_target_dir": target_dir}
    )


@pytest.fixture
def shop(team: Team, warehouse: Client) -> Team:
    """The team's project holds the events of the hand-made one."""
    for table, rows in TABLES.items():
        mine = [
            {**row, "project_id": team.project_id}
            for row in rows
            if row["project_id"] == marts.ACME
        ]
        marts.insert(warehouse, f"analytics.{table}", mine)
    marts.roll_up(warehouse, team.project_id)
    return team


@pytest.fixture
async def viewer(settings: Settings, shop: Team) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = shop.members[Role.VIEWER].headers
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client,
    ):
        yield client


async def test_overview_counts_what_the_rows_hold(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/api/v1/overview", params=WEEKEND)

    overview = answer.json()
    tiles = {tile["metric"]: tile for tile in overview["tiles"]}
    assert answer.status_code == 200, answer.text
    assert overview["timezone"] == "Europe/Berlin"
    assert overview["range"] == WEEKEND
    assert overview["previous_range"] == {"from": "2026-03-25", "to": "2026-03-28"}
    assert overview["dates"] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert tiles["events"]["value"] == 11
    assert tiles["events"]["trend"] == [3, 3, 5]
    assert tiles["page_views"]["trend"] == [3, 3, 2]
    assert tiles["sessions"]["trend"] == [2, 2, 1]
    assert tiles["dau"]["trend"] == [2, 2, 3]
    assert tiles["dau"]["value"] == pytest.approx(7 / 3)
    assert tiles["dau"]["is_daily_mean"] is True
    assert tiles["people"]["value"] == 3
    assert tiles["events"]["previous"] == 0
    assert tiles["events"]["change"] is None


async def test_top_events_carry_their_change(viewer: httpx.AsyncClient) -> None:
    day = {"from": "2026-03-30", "to": "2026-03-31"}
    overview = (await viewer.get("/api/v1/overview", params=day)).json()

    found = {event["event_name"]: event for event in overview["top_events"]}
    assert {name: event["events"] for name, event in found.items()} == {
        "page_view": 2,
        "order_completed": 2,
        "order_refunded": 1,
    }
    assert found["page_view"]["previous"] == 3
    assert found["page_view"]["change"] == pytest.approx(-1 / 3)
    assert found["page_view"]["share"] == pytest.approx(0.4)
    assert found["order_completed"]["change"] is None


async def test_an_empty_period_says_which_days_hold_events(viewer: httpx.AsyncClient) -> None:
    empty = {"from": "2025-01-01", "to": "2025-01-08"}
    overview = (await viewer.get("/api/v1/overview", params=empty)).json()
    later = (await viewer.get("/api/v1/overview", params={"last": 1})).json()

    assert overview["top_events"] == []
    assert overview["recorded"] is None  # looks back only: nobody could have seen later days
    assert later["recorded"] == {"from": "2026-02-28", "to": "2026-03-31"}


async def test_without_a_period_old_data_is_still_found(viewer: httpx.AsyncClient) -> None:
    overview = (await viewer.get("/api/v1/overview")).json()

    assert overview["is_latest"] is True
    assert overview["range"] == {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2026-03-31", "to": "2026-03-28"},
        {"from": "2026-03-28"},
        {"from": "2000-01-01", "to": "2026-01-01"},
        {"last": 0},
        {"from": "yesterday", "to": "2026-03-28"},
    ],
)
async def test_a_range_that_makes_no_sense_is_422(
    viewer: httpx.AsyncClient, params: dict[str, str]
) -> None:
    answer = await viewer.get("/api/v1/overview", params=params)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "path", ["/api/v1/catalog", "/api/v1/overview?from=2026-03-28&to=2026-03-31"]
)
async def test_unchanged_content_is_304(viewer: httpx.AsyncClient, path: str) -> None:
    first = await viewer.get(path)
    again = await viewer.get(path, headers={"if-none-match": first.headers["etag"]})
    other = await viewer.get(path, headers={"if-none-match": 'W/"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 200


async def test_catalog_lists_metrics_with_their_dimensions(viewer: httpx.AsyncClient) -> None:
    catalog = (await viewer.get("/api/v1/catalog")).json()

    metrics = {metric["name"]: metric for metric in catalog["metrics"]}
    assert {"dau", "events", "sessions", "people"} <= set(metrics)
    assert "country" in metrics["events"]["dimensions"]
    assert "country" in {dimension["name"] for dimension in catalog["dimensions"]}
    assert all(metric["label"] and metric["description"] for metric in metrics.values())


async def test_a_query_answers_with_rows_and_its_sql(viewer: httpx.AsyncClient) -> None:
    query = {
        "kind": "metrics",
        "metrics": ["events"],
        "group_by": ["country"],
        "time": WEEKEND,
        "order_by": [{"field": "events", "descending": True}],
    }
    result = (await viewer.post("/api/v1/query", json=query)).json()

    columns = [column["name"] for column in result["columns"]]
    counted = {
        row[columns.index("country")]: row[columns.index("events")] for row in result["rows"]
    }
    assert counted["DE"] == 5
    assert counted["FR"] == 4
    assert "project_id" in result["sql"]
    assert result["row_count"] == len(result["rows"])


async def test_an_unknown_metric_is_422_and_names_near_ones(viewer: httpx.AsyncClient) -> None:
    query = {"kind": "metrics", "metrics": ["dua"], "time": WEEKEND}
    answer = await viewer.post("/api/v1/query", json=query)

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "unknown-metric")
    assert problem["errors"][0]["near"] == ["dau"]
    assert "Did you mean 'dau'?" in problem["detail"]


async def test_a_question_is_answered_at_a_frozen_time(
    viewer: httpx.AsyncClient, shop: Team
) -> None:
    answer = await viewer.post(
        "/api/v1/ai/query",
        json={"question": "how many events yesterday", "now": "2026-03-30T10:00:00Z"},
        headers=shop.members[Role.OWNER].headers,
    )

    found = answer.json()
    assert answer.status_code == 200, answer.text
    assert found["outcome"].startswith("answered")
    assert found["result"]["rows"][0][-1] == 3
    assert found["sql"]
    assert found["restated"]


async def test_a_question_about_nothing_documented_is_refused(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.post("/api/v1/ai/query", json={"question": "how is the weather"})

    found = answer.json()
    assert (answer.status_code, found["outcome"]) == (200, "refused")
    assert found["reason"]
    assert found["options"]
    assert found["result"] is None


def test_the_fixture_covers_the_days_in_question() -> None:
    days = {date.fromisoformat(row["event_date"]) for row in marts.ACME_EVENTS}
    assert (min(days), max(days)) == (date(2026, 2, 28), date(2026, 3, 30))


@pytest.mark.parametrize(
    "change",
    [
        {"where": [{"field": "properties.price", "op": "gt", "value": math.inf}]},
        {"time": {"from": "0001-01-01T00:00:00+14:00", "to": "2026-01-01"}},
        {"time": {"from": "2026-01-01", "to": "9999-12-31T12:00:00"}},
        {"group_by": ["properties.'__literal_0__'"]},
    ],
)
async def test_a_query_that_no_column_can_hold_is_refused(
    viewer: httpx.AsyncClient, change: dict[str, object]
) -> None:
    query = {"kind": "metrics", "metrics": ["events"], "time": WEEKEND}
    body = json.dumps(query | change).replace("Infinity", "1e999")
    headers = {"content-type": "application/json"}
    answer = await viewer.post("/api/v1/query", content=body, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid-query"), answer.text


async def test_an_overview_before_any_event_can_be_is_refused(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/api/v1/overview", params={"from": "0001-01-01", "to": "0001-01-02"})

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid-range")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (
            "sessions in the last 5000 days",
            "This cannot be asked for at once: time.last.n: Input should be less than or equal"
            " to 3660.",
        ),
        (
            "sessions by country and browser and os and device and channel and entry page",
            "This cannot be asked for at once: group_by: List should have at most 5 items after"
            " validation, not 6.",
        ),
    ],
)
async def test_a_question_beyond_what_a_query_can_hold_is_refused(
    viewer: httpx.AsyncClient, question: str, reason: str
) -> None:
    answer = await viewer.post("/api/v1/ai/query", json={"question": question})

    found = answer.json()
    assert (answer.status_code, found["outcome"], found["reason"]) == (200, "refused", reason)
    assert found["options"]
