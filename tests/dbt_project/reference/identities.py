"""Who is who: every id that is not a user id belongs to the user of its earliest link."""

from collections.abc import Iterable
from uuid import NAMESPACE_OID, UUID, uuid5

from tests.dbt_project.reference.events import Event, valid

NOBODY = UUID(int=0)


def persons(project_id: str, events: Iterable[Event]) -> dict[str, UUID]:
    """The person of each id."""
    events = sorted(events, key=lambda event: event.order)
    users = {event.user for event in events if event.user}
    people = {user: uuid5(NAMESPACE_OID, f"{project_id}:u:{user}") for user in users}
    for event in events:
        for other in (event.anonymous, valid(event.previous_id)):
            if other and event.user and other not in people:
                people[other] = people[event.user]
    for event in events:
        for other in (event.anonymous, valid(event.previous_id)):
            if other and other not in people:
                people[other] = uuid5(NAMESPACE_OID, f"{project_id}:a:{other}")
    return people


def person(event: Event, people: dict[str, UUID]) -> UUID:
    return people[event.distinct_id] if event.distinct_id else NOBODY
