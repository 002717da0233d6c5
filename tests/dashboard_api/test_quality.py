"""Outcomes of data checks over HTTP, over a mart whose rows are written out by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = datetime.now(BERLIN).date()


def noon(days_ago: int) -> datetime:
    """Of the project's day: no clock change or midnight is near."""
    day = TODAY - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN).astimezone(UTC)


def outcome(project_id: str, name: str, days_ago: int, **columns: Any) -> dict[str, Any]:
    """One row of the mart, of a check that passes unless `columns` say otherwise."""
    return {
        "project_id": project_id,
        "suite": "raw_events",
        "expectation": name,
        "run_id": f"run-{days_ago}",
        "asset": "raw.events",
        "source": "great_expectations",
        "severity": "error",
        "is_by_project": True,
        "checked_at": noon(days_ago).strftime("%Y-%m-%d %H:%M:%S.000"),
        "description": f"Says what {name} is.",
        "has_passed": True,
        "unexpected_count": 0,
        "observed": "",
        **columns,
    }


@pytest.fixture
def checked(team: Team, warehouse: Client) -> Team:
    mine, broken = team.project_id, {"has_passed": False}
    rows = [
        outcome(mine, "key_is_unique", 1),
        outcome(mine, "key_is_unique", 2, **broken, unexpected_count=4),
        outcome(mine, "key_is_unique", 2, run_id="run-2b"),
        outcome(mine, "volume_is_usual", 1, severity="warn", **broken, unexpected_count=1),
        outcome(
            mine,
            "columns_exist",
            3,
            is_by_project=False,
            **broken,
            unexpected_count=1,
            observed='{"error": "no such table"}',
        ),
        outcome(mine, "renamed_since", 14, **broken, unexpected_count=9),
        outcome(team.other_project_id, "key_is_unique", 0, **broken, unexpected_count=77),
    ]
    marts.insert(warehouse, "analytics.quality_results", rows)
    return team


@pytest.fixture
async def built(
    settings: Settings, engine: ClickHouse, target_dir: str, checked: Team
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API over the marts; nobody is signed in."""
    paths = {"clickhouse_reader_url": engine.reader_url, "dbt_target_dir": target_dir}
    app = create_app(settings.model_copy(update=paths))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client,
    ):
        yield client


async def test_a_member_reads_the_latest_outcome_of_each_check(
    built: httpx.AsyncClient, checked: Team
) -> None:
    answer = await built.get("/api/v1/quality", headers=checked.members[Role.VIEWER].headers)
    quality = answer.json()

    assert answer.status_code == 200, answer.text
    assert (quality["project_id"], quality["timezone"]) == (checked.project_id, "Europe/Berlin")
    assert quality["last_build"]["run_id"] == "run-1"
    assert datetime.fromisoformat(quality["last_build"]["checked_at"]) == noon(1)
    columns_exist, key_is_unique, volume_is_usual = quality["checks"]
    assert key_is_unique.pop("history") == history(quality["days"], {1: (1, 0), 2: (2, 1)})
    assert datetime.fromisoformat(key_is_unique.pop("checked_at")) == noon(1)
    assert key_is_unique == {
        "suite": "raw_events",
        "asset": "raw.events",
        "name": "key_is_unique",
        "description": "Says what key_is_unique is.",
        "source": "great_expectations",
        "is_blocking": True,
        "is_by_project": True,
        "status": "passed",
        "unexpected_count": 0,
        "error": None,
        "run_id": "run-1",
    }
    assert (volume_is_usual["name"], volume_is_usual["status"]) == ("volume_is_usual", "warned")
    assert (volume_is_usual["is_blocking"], volume_is_usual["unexpected_count"]) == (False, 1)
    assert columns_exist["status"] == "failed"
    assert columns_exist["error"] == "no such table"
    assert columns_exist["is_by_project"] is False
    assert columns_exist["run_id"] == "run-3"


def history(days: list[str], runs: dict[int, tuple[int, int]]) -> list[dict[str, Any]]:
    """Fourteen days; `runs` are how many there were and how many failed, by days ago."""
    expected = []
    for ago in reversed(range(14)):
        count, failed = runs.get(ago, (0, 0))
        status = None if count == 0 else "failed" if failed else "passed"
        day = str(TODAY - timedelta(days=ago))
        expected.append({"date": day, "status": status, "runs": count, "not_passed": failed})
    assert days == [each["date"] for each in expected]
    return expected


async def test_nobody_reads_the_outcomes_of_another_project(
    built: httpx.AsyncClient, checked: Team
) -> None:
    member = checked.members[Role.OWNER].headers
    other = {"project_id": checked.other_project_id}

    assert (await built.get("/api/v1/quality", params=other)).status_code == 401
    answer = await built.get("/api/v1/quality", params=other, headers=member)
    assert (answer.status_code, answer.json()["type"]) == (404, "unknown-project")
    mine = await built.get("/api/v1/quality", headers=member)
    assert {check["unexpected_count"] for check in mine.json()["checks"]} == {0, 1}


async def test_an_unchanged_answer_is_not_sent_again(
    built: httpx.AsyncClient, checked: Team
) -> None:
    headers = checked.members[Role.VIEWER].headers
    first = await built.get("/api/v1/quality", headers=headers)
    known = {**headers, "if-none-match": first.headers["etag"]}

    assert (await built.get("/api/v1/quality", headers=known)).status_code == 304


async def test_before_the_first_build_there_are_no_checks(
    client: httpx.AsyncClient, team: Team
) -> None:
    answer = await client.get("/api/v1/quality", headers=team.members[Role.VIEWER].headers)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["checks"], answer.json()["last_build"]) == ([], None)
