"""What the marts hold and what the reference says, in the same shape."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from tests.dbt_project.mart_queries import QUERIES
from tests.dbt_project.reference.catalogue import events_seen, properties_seen
from tests.dbt_project.reference.events import Event, local_date
from tests.dbt_project.reference.funnels import attempts
from tests.dbt_project.reference.hours import event_hours
from tests.dbt_project.reference.identities import NOBODY, person, persons, refused_merges
from tests.dbt_project.reference.lifecycle import lifecycle
from tests.dbt_project.reference.pages import campaign_days, page_days
from tests.dbt_project.reference.people import PersonDay, active_users, person_days
from tests.dbt_project.reference.retention import retention
from tests.dbt_project.reference.revenue import lifetime_values, revenue_days
from tests.dbt_project.reference.sessions import Session, sessions
from tests.dbt_project.streams import PLAN, Stream
from tests.dbt_project.warehouse import NOW, Warehouse

NOW_MS = int(NOW.timestamp() * 1000)

Rows = dict[Any, Any]
Hour = tuple[int, str, str, str]


def seen(stream: Stream, events: Collection[Event]) -> Stream:
    """The part of the stream that was loaded."""
    return replace(stream, events=[event for event in stream.events if event in events])


def expected(stream: Stream) -> dict[str, Rows]:
    """Mart by mart, the rows of one project."""
    project, events = stream.project, stream.events
    people = persons(project.project_id, events, stream.overrides)
    visits = sessions(project, events, people)
    session_of = {event_id: visit for visit in visits for event_id in visit.event_ids}
    days = person_days(project, events, people, session_of)
    today = local_date(NOW_MS, project.timezone)
    active = active_users(days, today)
    return {
        "dim_identities": people,
        "fct_refused_merges": refused_merges(events),
        "fct_events": {event.event_id: person(event, people) for event in events},
        "fct_sessions": {(visit.device_id, visit.started_ms): visit for visit in visits},
        "fct_session_steps": _expected_steps(visits),
        "fct_person_days": days,
        "active_users_daily": active,
        "fct_lifecycle_daily": lifecycle(days, active),
        "fct_retention": retention(project, events, people, NOW_MS),
        "fct_pages_daily": page_days(project, events, people, visits, session_of),
        "fct_campaigns_daily": campaign_days(project, visits, days),
        "fct_revenue_daily": revenue_days(project, events, people),
        "fct_ltv_cohorts": lifetime_values(project, events, people, today),
        "dim_events": events_seen(project, events, PLAN),
        "dim_properties": properties_seen(project, events, PLAN),
        "dim_persons": _expected_persons(stream, people, days),
        "fct_event_hours": event_hours(project, events),
        "fct_hourly": _expected_hours(stream, people, session_of),
        "events_hourly": _expected_device_hours(stream),
        "fct_funnel_steps": {
            (funnel.funnel_id, who, day, step): reached_ms
            for funnel in stream.funnels
            for (who, day), times in attempts(project, funnel, events, people).items()
            for step, reached_ms in enumerate(times, start=1)
            if reached_ms is not None
        },
    }


def built(warehouse: Warehouse) -> dict[str, dict[str, Rows]]:
    """Project by project and mart by mart, the rows that a build has left."""
    marts: dict[str, dict[str, Rows]] = defaultdict(lambda: defaultdict(dict))
    for mart, (query, key_size, shape) in QUERIES.items():
        for found in warehouse.rows(query):
            project_id, row = str(found[0]), found[1:]
            key = row[0] if key_size == 1 else tuple(row[:key_size])
            rows = marts[project_id][mart]
            assert key not in rows, f"{mart} holds {key} twice"
            rows[key] = shape(*row[key_size:])
    return marts


def check(warehouse: Warehouse, streams: list[Stream]) -> None:
    """Every mart of every project equals the reference."""
    found = built(warehouse)
    for stream in streams:
        project_id = stream.project.project_id
        for mart, rows in expected(stream).items():
            assert found[project_id][mart] == rows, f"{mart} of {stream.project}"


def _expected_persons(
    stream: Stream, people: dict[str, UUID], days: dict[tuple[UUID, date], PersonDay]
) -> Rows:
    counted = [
        event
        for event in sorted(stream.events, key=lambda event: event.order)
        if event.is_counted(stream.project) and person(event, people) != NOBODY
    ]
    users = {event.user for event in stream.events if event.user}

    def ids_of(who: object) -> set[str]:
        return {one for one, owner in people.items() if owner == who}

    return {
        who: (
            tuple(sorted(ids_of(who) & users)),
            tuple(sorted(ids_of(who) - users)),
            sum(day.event_count for (owner, _), day in days.items() if owner == who),
            next(event.country for event in counted if person(event, people) == who),
            {
                name: value
                for event in counted
                if person(event, people) == who and event.type == "identify"
                for name, value in event.traits.items()
            },
        )
        for who in {who for who, _ in days}
    }


def _expected_steps(visits: list[Session]) -> Rows:
    return {
        (visit.device_id, visit.started_ms, kind, number): (before, step, after)
        for visit in visits
        for kind, path in (("event", visit.event_path), ("page", visit.page_path))
        for number, (before, step, after) in enumerate(
            zip(("", *path), path, (*path[1:], ""), strict=False), start=1
        )
    }


def _expected_hours(
    stream: Stream, people: dict[str, UUID], session_of: dict[UUID, Session]
) -> Rows:
    cells: dict[Hour, list[Event]] = defaultdict(list)
    for event in stream.events:
        if event.is_counted(stream.project):
            cells[_hour(event)].append(event)
    return {
        cell: (
            len(events),
            len({person(event, people) for event in events} - {NOBODY}),
            len({session_of.get(event.event_id) for event in events} - {None}),
        )
        for cell, events in cells.items()
    }


def _expected_device_hours(stream: Stream) -> Rows:
    cells: dict[Hour, list[Event]] = defaultdict(list)
    for event in stream.events:
        if event.is_counted(stream.project):
            cells[_hour(event)].append(event)
    return {
        cell: (len(events), len({event.device_id for event in events} - {""}))
        for cell, events in cells.items()
    }


def _hour(event: Event) -> Hour:
    return event.occurred_ms // 3_600_000, event.event_name, event.platform, event.country
