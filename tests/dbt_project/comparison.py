"""What the marts hold and what the reference says, in the same shape."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from tests.dbt_project.reference.events import Event, local_date
from tests.dbt_project.reference.funnels import attempts
from tests.dbt_project.reference.identities import NOBODY, person, persons
from tests.dbt_project.reference.people import ActiveUsers, PersonDay, active_users, person_days
from tests.dbt_project.reference.sessions import Session, sessions
from tests.dbt_project.streams import Stream
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
    people = persons(project.project_id, events)
    visits = sessions(project, events, people)
    session_of = {event_id: visit for visit in visits for event_id in visit.event_ids}
    days = person_days(project, events, people, session_of)
    return {
        "dim_identities": people,
        "fct_events": {event.event_id: person(event, people) for event in events},
        "fct_sessions": {(visit.device_id, visit.started_ms): visit for visit in visits},
        "fct_person_days": days,
        "active_users_daily": active_users(days, local_date(NOW_MS, project.timezone)),
        "dim_persons": _expected_persons(stream, people, days),
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
        cell: (len(events), len({event.device_id for event in events}))
        for cell, events in cells.items()
    }


def _hour(event: Event) -> Hour:
    return event.occurred_ms // 3_600_000, event.event_name, event.platform, event.country


def _value(value: object) -> object:
    return value


def _row(*values: object) -> tuple[object, ...]:
    return values


def _session(*values: Any) -> Session:
    return Session(*(*values[:-1], frozenset(values[-1])))


def _person(user_ids: Any, anonymous_ids: Any, events: int, country: str, traits: Any) -> object:
    return tuple(user_ids), tuple(anonymous_ids), events, country, traits


# Mart: query, number of key columns after the project, shape of the rest.
QUERIES: dict[str, tuple[str, int, Any]] = {
    "dim_identities": (
        "select project_id, distinct_id, person_id from analytics.dim_identities",
        1,
        _value,
    ),
    "fct_events": ("select project_id, event_id, person_id from analytics.fct_events", 1, _value),
    "fct_sessions": (
        """
        select project_id, device_id, toUnixTimestamp64Milli(started_at) as started_ms, person_id,
            device_id, toUnixTimestamp64Milli(run_started_at), started_ms,
            toUnixTimestamp64Milli(ended_at), round(engaged_seconds * 1000), event_count,
            page_view_count, is_bounce, entry_path, exit_path, country, events.event_ids
        from analytics.fct_sessions as sessions
        left join (
            select project_id, session_id, groupArray(event_id) as event_ids
            from analytics.fct_events group by project_id, session_id
        ) as events using (project_id, session_id)
        """,
        2,
        _session,
    ),
    "fct_person_days": (
        "select project_id, person_id, activity_date, event_count, session_count,"
        " page_view_count, toFloat64(revenue), is_new from analytics.fct_person_days",
        2,
        PersonDay,
    ),
    "active_users_daily": (
        "select project_id, activity_date, dau, wau, mau, new_users, returning_users"
        " from analytics.active_users_daily",
        1,
        ActiveUsers,
    ),
    "dim_persons": (
        "select project_id, person_id, user_ids, anonymous_ids, event_count, first_country,"
        " JSONExtract(traits, 'Map(String, String)') from analytics.dim_persons",
        1,
        _person,
    ),
    "fct_hourly": (
        "select project_id, toUnixTimestamp(hour_at) / 3600, event_name, platform, country,"
        " event_count, unique_persons, unique_sessions from analytics.fct_hourly",
        4,
        _row,
    ),
    "events_hourly": (
        "select project_id, toUnixTimestamp(hour_at) / 3600, event_name, platform, country,"
        " event_count, unique_devices from analytics.events_hourly",
        4,
        _row,
    ),
    "fct_funnel_steps": (
        "select project_id, funnel_id, person_id, entry_date, step_index,"
        " toUnixTimestamp64Milli(reached_at) from analytics.fct_funnel_steps",
        4,
        _value,
    ),
}
