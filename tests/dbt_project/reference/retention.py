"""Retention by asking, bucket by bucket, who was active between its start and its end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.dbt_project.reference.events import Event, Project, local_date, months_later
from tests.dbt_project.reference.identities import NOBODY, person

DAY_MS = 24 * 60 * 60 * 1000
KEPT = {"day": range(31), "week": range(13), "month": range(13)}
ROLLING_DAYS = {"day": 1, "week": 7, "month": 30}

# cohort_date, period, period_index, mode
Key = tuple[date, str, int, str]


@dataclass(frozen=True)
class Retention:
    cohort_size: int
    retained: int
    retained_on_or_after: int
    is_complete: bool


def retention(
    project: Project, events: Iterable[Event], people: dict[str, UUID], now_ms: int
) -> dict[Key, Retention]:
    times: dict[UUID, list[int]] = defaultdict(list)
    for event in events:
        who = person(event, people)
        if who != NOBODY and event.is_counted(project):
            times[who].append(event.occurred_ms)
    cohorts: dict[tuple[str, date, str], list[list[int]]] = defaultdict(list)
    for theirs in times.values():
        days = {local_date(at, project.timezone) for at in theirs}
        for period in KEPT:
            starts = {_start_of(period, day, project.week_start) for day in days}
            for mode in ("calendar", "rolling"):
                cohorts[mode, min(starts), period].append(theirs)
            for start in starts:
                cohorts["recurring", start, period].append(theirs)
    return {
        (cohort, period, index, mode): _measured(members, bounds, now_ms)
        for (mode, cohort, period), members in cohorts.items()
        for index in KEPT[period]
        for bounds in [list(_bounds(project, mode, period, cohort, index, members))]
        if any(
            start <= max(now_ms, *theirs)
            for (start, _), theirs in zip(bounds, members, strict=True)
        )
    }


def _measured(members: list[list[int]], bounds: list[tuple[int, int]], now_ms: int) -> Retention:
    each = list(zip(members, bounds, strict=True))
    return Retention(
        cohort_size=len(members),
        retained=sum(any(start <= at < end for at in theirs) for theirs, (start, end) in each),
        retained_on_or_after=sum(max(theirs) >= start for theirs, (start, _) in each),
        is_complete=all(end <= now_ms for _, end in bounds),
    )


def _bounds(
    project: Project, mode: str, period: str, cohort: date, index: int, members: list[list[int]]
) -> Iterator[tuple[int, int]]:
    """Start and end of the bucket for each member, in ms since 1970."""
    length = ROLLING_DAYS[period] * DAY_MS
    for theirs in members:
        if mode == "rolling":
            start = min(theirs) + index * length
            yield start, start + length
        else:
            yield (
                _midnight(_shifted(period, cohort, index), project.timezone),
                _midnight(_shifted(period, cohort, index + 1), project.timezone),
            )


def _start_of(period: str, day: date, week_start: int) -> date:
    if period == "month":
        return day.replace(day=1)
    while period == "week" and day.isoweekday() != week_start:
        day -= timedelta(days=1)
    return day


def _shifted(period: str, start: date, count: int) -> date:
    if period == "month":
        return months_later(start, count)
    return start + timedelta(days=count * ROLLING_DAYS[period])


def _midnight(day: date, timezone: str) -> int:
    local = datetime.combine(day, time(), ZoneInfo(timezone))
    return int(local.astimezone(UTC).timestamp() * 1000)
