"""Who is who: ids that aliases join belong to the user of the earliest link of any of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import NAMESPACE_OID, UUID, uuid5

from tests.dbt_project.reference.events import Event, valid

NOBODY = UUID(int=0)

Link = tuple[tuple[int, int], str]  # order of the event, user


def persons(project_id: str, events: Iterable[Event]) -> dict[str, UUID]:
    """The person of each id."""
    events = sorted(events, key=lambda event: event.order)
    users = {event.user for event in events if event.user}
    links, neighbours = _links(events, users)
    first_seen: dict[str, tuple[int, str]] = {}
    for event in events:
        for one in (event.user, event.anonymous, event.previous):
            if one:
                first_seen.setdefault(one, (event.occurred_ms, one))
    return {
        one: uuid5(NAMESPACE_OID, f"{project_id}:u:{one}")
        if one in users
        else _person(project_id, _joined(one, neighbours), links, first_seen)
        for one in first_seen
    }


def person(event: Event, people: dict[str, UUID]) -> UUID:
    return people[event.distinct_id] if event.distinct_id else NOBODY


def _links(
    events: Iterable[Event], users: set[str]
) -> tuple[dict[str, list[Link]], dict[str, set[str]]]:
    """Links of ids to users, and ids that aliases without a user join."""
    links: dict[str, list[Link]] = defaultdict(list)
    neighbours: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.user:
            for one in (event.anonymous, event.previous):
                links[one].append((event.order, event.user))
        elif event.anonymous and event.previous:
            for one, other in (
                (event.anonymous, event.previous),
                (event.previous, event.anonymous),
            ):
                if other in users:
                    links[one].append((event.order, other))
                elif one not in users:
                    neighbours[one].add(other)
    return links, neighbours


def _joined(start: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = neighbours.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def _person(
    project_id: str,
    ids: set[str],
    links: Mapping[str, list[Link]],
    first_seen: Mapping[str, tuple[int, str]],
) -> UUID:
    earliest = min((link for one in ids for link in links.get(one, [])), default=None)
    if earliest:
        return uuid5(NAMESPACE_OID, f"{project_id}:u:{earliest[1]}")
    return uuid5(NAMESPACE_OID, f"{project_id}:a:{min(first_seen[one] for one in ids)[1]}")
