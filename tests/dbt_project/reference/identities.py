"""Who is who: ids that aliases join belong to the user of the earliest link of any of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from tests.dbt_project.reference.events import Event, valid

NOBODY = UUID(int=0)

Link = tuple[tuple[int, int], str]  # order of the event, user


@dataclass(frozen=True)
class Override:
    """What somebody decided about an id: a user to merge it into or, if empty, a split."""

    user_id: str = ""


@dataclass(frozen=True)
class Refusal:
    reason: str
    first_ms: int
    last_ms: int
    event_count: int


def persons(
    project_id: str, events: Iterable[Event], overrides: Mapping[str, Override]
) -> dict[str, UUID]:
    """The person of each id."""
    events = sorted(events, key=lambda event: event.order)
    owners = _decided_owners(events, overrides)
    links, neighbours = _links(events, owners)
    first_seen: dict[str, tuple[int, str]] = {}
    for event in events:
        for one in (event.user, event.anonymous, event.previous):
            if one:
                first_seen.setdefault(one, (event.occurred_ms, one))
    people = {}
    for one in first_seen:
        ids = {one} if one in owners else _joined(one, neighbours)
        owner = owners[one] if one in owners else _earliest_user(ids, links)
        name = f"u:{owner}" if owner else f"a:{min(first_seen[other] for other in ids)[1]}"
        people[one] = uuid5(NAMESPACE_OID, f"{project_id}:{name}")
    return people


def person(event: Event, people: dict[str, UUID]) -> UUID:
    return people[event.distinct_id] if event.distinct_id else NOBODY


def refused_merges(events: Iterable[Event]) -> dict[tuple[str, str], Refusal]:
    """What was refused, by the pair of ids as sent."""
    events = list(events)
    users = {event.user for event in events if event.user}
    asked: dict[tuple[str, str], dict[UUID, int]] = defaultdict(dict)
    for event in events:
        for pair in _asked_merges(event):
            asked[pair][event.event_id] = event.occurred_ms
    return {
        pair: Refusal(reason, min(times.values()), max(times.values()), len(times))
        for pair, times in asked.items()
        if (reason := _refusal(valid(pair[0]), valid(pair[1]), users))
    }


def _asked_merges(event: Event) -> Iterator[tuple[str, str]]:
    pairs = [(event.anonymous_id, event.user_id), (event.previous_id, event.user_id)]
    if not event.user:
        pairs.append((event.previous_id, event.anonymous_id))
    return (pair for pair in pairs if all(pair) and pair[0] != pair[1])


def _refusal(one: str, other: str, users: set[str]) -> str:
    if one in users and other in users:
        return "both_identified"
    return "generic_id" if bool(one) != bool(other) else ""


def _decided_owners(events: Iterable[Event], overrides: Mapping[str, Override]) -> dict[str, str]:
    """Users own themselves; overrides give other ids to a user, or to nobody."""
    owners = {event.user: event.user for event in events if event.user}
    users = set(owners)
    for one, override in overrides.items():
        if one not in users and valid(one) and override.user_id in users | {""}:
            owners[one] = override.user_id
    return owners


def _links(
    events: Iterable[Event], owners: Mapping[str, str]
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
                if owners.get(other):
                    links[one].append((event.order, owners[other]))
                elif one not in owners and other not in owners:
                    neighbours[one].add(other)
    return links, neighbours


def _joined(start: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = neighbours.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def _earliest_user(ids: set[str], links: Mapping[str, list[Link]]) -> str:
    return min((link for one in ids for link in links.get(one, [])), default=(None, ""))[1]
