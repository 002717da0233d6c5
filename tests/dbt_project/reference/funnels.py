"""Funnels by trying every way to serve the steps, for small inputs only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tests.dbt_project.reference.events import Event, Project, local_date
from tests.dbt_project.reference.identities import NOBODY, person


@dataclass(frozen=True)
class Step:
    event: str
    country: str = ""

    def fits(self, event: Event) -> bool:
        return event.event_name == self.event and self.country in ("", event.country)


@dataclass(frozen=True)
class Funnel:
    funnel_id: str
    steps: tuple[Step, ...]
    window_ms: int


Attempts = dict[tuple[UUID, date], tuple[int, ...]]


def attempts(
    project: Project, funnel: Funnel, events: Iterable[Event], people: dict[str, UUID]
) -> Attempts:
    """The times at which each person who entered on a day reached the steps, in ms."""
    by_person: dict[UUID, list[Event]] = defaultdict(list)
    for event in events:
        who = person(event, people)
        if who != NOBODY and event.is_counted(project):
            by_person[who].append(event)
    found: Attempts = {}
    for who, theirs in by_person.items():
        theirs.sort(key=lambda event: event.order)
        for number, first in enumerate(theirs):
            if funnel.steps[0].fits(first):
                reached = _best(funnel, theirs, number)
                key = who, local_date(first.occurred_ms, project.timezone)
                found[key] = min(found.get(key, reached), reached, key=_furthest_then_earliest)
    return found


def _furthest_then_earliest(reached: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return -len(reached), reached


def _best(funnel: Funnel, events: Sequence[Event], start: int) -> tuple[int, ...]:
    first = events[start].occurred_ms
    later = [
        (number, event)
        for number, event in enumerate(events)
        if first <= event.occurred_ms <= first + funnel.window_ms
    ]
    return min(
        _continuations(funnel, later, (first,), frozenset([start])), key=_furthest_then_earliest
    )


def _continuations(
    funnel: Funnel,
    later: Sequence[tuple[int, Event]],
    reached: tuple[int, ...],
    used: frozenset[int],
) -> Iterable[tuple[int, ...]]:
    """Every sequence of times that serves further steps, each event serving one."""
    yield reached
    if len(reached) == len(funnel.steps):
        return
    step = funnel.steps[len(reached)]
    for number, event in later:
        if number not in used and event.occurred_ms >= reached[-1] and step.fits(event):
            yield from _continuations(funnel, later, (*reached, event.occurred_ms), used | {number})
