"""Outcomes of the data checks, from the mart `quality_results`: the latest, and by day."""

import json
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from dashboard_api.event_quality.periods import clickhouse_time, from_clickhouse
from semantic_layer.clickhouse import ClickHouse
from semantic_layer.errors import NotBuilt
from semantic_layer.limits import LIMITS
from semantic_layer.project import Role

DAYS = 14

# A check that no build has run on any of the days has been renamed or removed.
OUTCOMES = """
SELECT
    asset, expectation, argMax(latest, last_checked_at) AS outcome,
    groupArray((day, runs, warned, failed)) AS days
FROM
(
    SELECT
        asset, expectation, toDate(checked_at, {zone:String}) AS day, count() AS runs,
        countIf(NOT has_passed AND severity = 'warn') AS warned,
        countIf(NOT has_passed AND severity != 'warn') AS failed,
        max(checked_at) AS last_checked_at,
        argMax(
            (suite, description, source, severity, is_by_project, checked_at, run_id,
                has_passed, unexpected_count, observed),
            checked_at
        ) AS latest
    FROM analytics.quality_results
    WHERE project_id = {project:String}
        AND checked_at >= {since:DateTime64(3, 'UTC')}
    GROUP BY asset, expectation, day
)
GROUP BY asset, expectation
ORDER BY asset, expectation
"""


class CheckStatus(StrEnum):
    """`failed` keeps what depends on the table from being built, `warned` is told only."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"


class CheckedDay(BaseModel):
    """One day of a check; `status` is the worst of its outcomes, null where it did not run."""

    date: date
    status: CheckStatus | None
    runs: int
    not_passed: int


class DataCheck(BaseModel):
    suite: str = Field(
        description="Group of expectations; `reconciliations` and `dbt_tests` for the others",
        examples=["raw_events"],
    )
    asset: str = Field(description="Table that was checked", examples=["raw.events"])
    name: str = Field(description="Unique in its asset", examples=["key_is_unique"])
    description: str = Field(
        description="What is checked, in words; empty where the outcome is older than these words",
        examples=["One row per (project_id, event_id)."],
    )
    source: str = Field(examples=["great_expectations", "reconciliation", "dbt"])
    is_blocking: bool = Field(
        description="A failure keeps what depends on the table from being built; else it warns"
    )
    is_by_project: bool = Field(
        description="The outcome is the project's own; else the check does not tell projects "
        "apart, and all of them have this one"
    )
    status: CheckStatus
    unexpected_count: int = Field(description="Rows or groups that break the rule; 0 is expected")
    error: str | None = Field(description="Why the check could not be evaluated, if so")
    checked_at: datetime
    run_id: str = Field(description="Dagster's run: the build that checked")
    history: list[CheckedDay] = Field(description="One entry for each of `days`")


class LastBuild(BaseModel):
    """The last build that has checked anything."""

    run_id: str
    checked_at: datetime


class Outcome(NamedTuple):
    """The latest of a check, in the order of the query's tuple."""

    suite: str
    description: str
    source: str
    severity: str
    is_by_project: bool
    checked_at: str
    run_id: str
    has_passed: bool
    unexpected_count: int
    observed: str


async def latest(
    warehouse: ClickHouse, project_id: str, timezone: str, today: date
) -> list[DataCheck]:
    """Each check by asset and name; none if no build has checked anything in these days."""
    days = last_days(today)
    since = datetime.combine(days[0], time(), ZoneInfo(timezone))
    values = {"project": project_id, "zone": timezone, "since": clickhouse_time(since)}
    try:
        found = await warehouse.read(OUTCOMES, values, LIMITS[Role.VIEWER])
    except NotBuilt:
        return []
    return [
        check_of(asset, name, Outcome(*outcome), history(checked_days, days))
        for asset, name, outcome, checked_days in found.rows
    ]


def last_days(today: date) -> list[date]:
    """The days of a history: those up to today, which is not over."""
    return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]


def last_build(checks: list[DataCheck]) -> LastBuild | None:
    if not checks:
        return None
    newest = max(checks, key=lambda check: check.checked_at)
    return LastBuild(run_id=newest.run_id, checked_at=newest.checked_at)


def check_of(asset: str, name: str, outcome: Outcome, days: list[CheckedDay]) -> DataCheck:
    is_blocking = outcome.severity != "warn"
    return DataCheck(
        suite=outcome.suite,
        asset=asset,
        name=name,
        description=outcome.description,
        source=outcome.source,
        is_blocking=is_blocking,
        is_by_project=outcome.is_by_project,
        status=status_of(
            warned=not (outcome.has_passed or is_blocking),
            failed=not outcome.has_passed and is_blocking,
        ),
        unexpected_count=outcome.unexpected_count,
        error=json.loads(outcome.observed).get("error") if outcome.observed else None,
        checked_at=from_clickhouse(outcome.checked_at),
        run_id=outcome.run_id,
        history=days,
    )


def status_of(*, warned: bool, failed: bool) -> CheckStatus:
    return CheckStatus.FAILED if failed else CheckStatus.WARNED if warned else CheckStatus.PASSED


def history(checked_days: list[list[Any]], days: list[date]) -> list[CheckedDay]:
    """`checked_days` are [day, runs, warned, failed] of the days on which the check ran."""
    by_day = {day: counts for day, *counts in checked_days}
    return [checked_day(day, *by_day.get(day.isoformat(), (0, 0, 0))) for day in days]


def checked_day(day: date, runs: int, warned: int, failed: int) -> CheckedDay:
    status = status_of(warned=warned > 0, failed=failed > 0) if runs else None
    return CheckedDay(date=day, status=status, runs=runs, not_passed=warned + failed)
