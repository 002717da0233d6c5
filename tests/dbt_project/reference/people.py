"""Person days and active users by counting, one day at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from tests.dbt_project.reference.events import Event, Project, local_date
from tests.dbt_project.reference.identities import NOBODY, person
from tests.dbt_project.reference.revenue import revenue


@dataclass(frozen=True)
class PersonDay:
    event_count: int
    session_count: int
    page_view_count: int
    revenue: Decimal
    is_new: bool


@dataclass(frozen=True)
class ActiveUsers:
    dau: int
    wau: int
    mau: int
    new_users: int
    returning_users: int


def person_days(
    project: Project,
    events: Iterable[Event],
    people: dict[str, UUID],
    session_of: Mapping[UUID, object],
) -> dict[tuple[UUID, date], PersonDay]:
    days: dict[tuple[UUID, date], list[Event]] = defaultdict(list)
    for event in events:
        who = person(event, people)
        if who != NOBODY and event.is_counted(project):
            days[who, local_date(event.occurred_ms, project.timezone)].append(event)
    first = {who: min(day for other, day in days if other == who) for who, _ in days}
    return {
        (who, day): PersonDay(
            event_count=len(group),
            session_count=len({session_of[event.event_id] for event in group}),
            page_view_count=sum(event.is_page_view for event in group),
            revenue=sum((revenue(event) for event in group), Decimal()),
            is_new=first[who] == day,
        )
        for (who, day), group in days.items()
    }


def active_users(days: dict[tuple[UUID, date], PersonDay], today: date) -> dict[date, ActiveUsers]:
    if not days:
        return {}
    people: dict[date, set[UUID]] = defaultdict(set)
    for who, day in days:
        people[day].add(who)
    first, last = min(people), max(people)
    end = max(last, min(last + timedelta(days=29), today))
    spine = [first + timedelta(days=number) for number in range((end - first).days + 1)]
    return {day: _active_on(day, people, days) for day in spine}


def _active_on(
    day: date, people: dict[date, set[UUID]], days: dict[tuple[UUID, date], PersonDay]
) -> ActiveUsers:
    today = people.get(day, set())
    new = sum(days[who, day].is_new for who in today)
    return ActiveUsers(
        dau=len(today),
        wau=len(_within(day, 7, people)),
        mau=len(_within(day, 30, people)),
        new_users=new,
        returning_users=len(today) - new,
    )


def _within(day: date, length: int, people: dict[date, set[UUID]]) -> set[UUID]:
    return set().union(
        *(people.get(day - timedelta(days=number), set()) for number in range(length))
    )
