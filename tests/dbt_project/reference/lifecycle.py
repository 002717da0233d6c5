"""Lifecycle by comparing who was active on a day with who was on the day before."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from tests.dbt_project.reference.people import PersonDay


def lifecycle(
    days: dict[tuple[UUID, date], PersonDay], spine: Iterable[date]
) -> dict[tuple[date, str], int]:
    """The number of people by day and state."""
    return {
        (day, state): len(people)
        for day in spine
        for state, people in _states(
            {who for who, other in days if other < day - timedelta(days=1)},
            {who for who, other in days if other == day - timedelta(days=1)},
            {who for who, other in days if other == day},
        ).items()
    }


def _states(earlier: set[UUID], yesterday: set[UUID], today: set[UUID]) -> dict[str, set[UUID]]:
    return {
        "new": today - yesterday - earlier,
        "returning": today & yesterday,
        "resurrected": (today & earlier) - yesterday,
        "dormant": yesterday - today,
    }
