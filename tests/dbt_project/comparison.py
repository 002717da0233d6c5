"""What the marts hold and what the reference says, in the same shape."""

from datetime import UTC, date, datetime
from uuid import UUID

from tests.dbt_project.reference.events import Event, Project, local_date
from tests.dbt_project.reference.identities import person, persons
from tests.dbt_project.reference.people import ActiveUsers, PersonDay, active_users, person_days
from tests.dbt_project.reference.sessions import Session, sessions
from tests.dbt_project.streams import Stream
from tests.dbt_project.warehouse import Warehouse

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)


def expected_identities(stream: Stream) -> dict[str, UUID]:
    return persons(stream.project.project_id, stream.events)


def expected_event_persons(stream: Stream) -> dict[UUID, UUID]:
    people = expected_identities(stream)
    return {event.event_id: person(event, people) for event in stream.events}


def expected_sessions(stream: Stream) -> set[Session]:
    return set(sessions(stream.project, stream.events, expected_identities(stream)))


def expected_person_days(stream: Stream) -> dict[tuple[UUID, date], PersonDay]:
    session_of = {
        event_id: session for session in expected_sessions(stream) for event_id in session.event_ids
    }
    return person_days(stream.project, stream.events, expected_identities(stream), session_of)


def expected_active_users(stream: Stream) -> dict[date, ActiveUsers]:
    return active_users(
        expected_person_days(stream),
        local_date(int(NOW.timestamp() * 1000), stream.project.timezone),
    )


def built_identities(warehouse: Warehouse, project: Project) -> dict[str, UUID]:
    return dict(
        warehouse.rows(
            "select distinct_id, person_id from analytics.dim_identities"
            f" where project_id = '{project.project_id}'"
        )
    )


def built_event_persons(warehouse: Warehouse, project: Project) -> dict[UUID, UUID]:
    rows = warehouse.rows(
        "select event_id, person_id from analytics.fct_events"
        f" where project_id = '{project.project_id}'"
    )
    assert len(rows) == len({event_id for event_id, _ in rows}), "an event appears twice"
    return dict(rows)


def built_sessions(warehouse: Warehouse, project: Project) -> set[Session]:
    rows = warehouse.rows(
        f"""
        select person_id, device_id, toUnixTimestamp64Milli(run_started_at),
            toUnixTimestamp64Milli(started_at), toUnixTimestamp64Milli(ended_at),
            round(engaged_seconds * 1000), event_count, page_view_count, is_bounce,
            entry_path, exit_path, country, events.event_ids
        from analytics.fct_sessions as sessions
        left join (
            select project_id, session_id, groupArray(event_id) as event_ids
            from analytics.fct_events group by project_id, session_id
        ) as events using (project_id, session_id)
        where project_id = '{project.project_id}'
        """
    )
    found = {Session(*row[:-1], event_ids=frozenset(row[-1])) for row in rows}
    assert len(found) == len(rows), "a session appears twice"
    return found


def built_person_days(
    warehouse: Warehouse, project: Project
) -> dict[tuple[UUID, date], PersonDay]:
    rows = warehouse.rows(
        "select person_id, activity_date, event_count, session_count, page_view_count,"
        " toFloat64(revenue), is_new from analytics.fct_person_days"
        f" where project_id = '{project.project_id}'"
    )
    assert len(rows) == len({row[:2] for row in rows}), "a person day appears twice"
    return {(who, day): PersonDay(*rest) for who, day, *rest in rows}


def built_active_users(warehouse: Warehouse, project: Project) -> dict[date, ActiveUsers]:
    rows = warehouse.rows(
        "select activity_date, dau, wau, mau, new_users, returning_users"
        f" from analytics.active_users_daily where project_id = '{project.project_id}'"
    )
    return {day: ActiveUsers(*rest) for day, *rest in rows}


def check(warehouse: Warehouse, stream: Stream) -> None:
    """Every mart of the project equals the reference."""
    project = stream.project
    assert built_identities(warehouse, project) == expected_identities(stream)
    assert built_event_persons(warehouse, project) == expected_event_persons(stream)
    assert built_sessions(warehouse, project) == expected_sessions(stream)
    assert built_person_days(warehouse, project) == expected_person_days(stream)
    assert built_active_users(warehouse, project) == expected_active_users(stream)


def seen(stream: Stream, events: set[Event]) -> Stream:
    """The part of the stream that was loaded."""
    return Stream(stream.project, [event for event in stream.events if event in events])

