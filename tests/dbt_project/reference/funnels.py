"""Funnels by following every attempt event by event, for small inputs only.

An attempt takes each step at its first chance. Events of one millisecond may serve steps in any
order, each one step: of the ways to do so the one that gets furthest counts, then the one that
serves most steps.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.dbt_project.reference.events import Event, Project, local_date, moment
from tests.dbt_project.reference.identities import NOBODY, person


@dataclass(frozen=True)
class Step:
    event: str
    country: str = ""
    is_optional: bool = False

    def fits(self, event: Event) -> bool:
        return event.event_name == self.event and self.country in ("", event.country)


@dataclass(frozen=True)
class Exclusion:
    """Ends an attempt that has done step `from_step` and not yet `to_step`, both from 1."""

    step: Step
    from_step: int
    to_step: int


@dataclass(frozen=True)
class Funnel:
    """`months` is a window of calendar months in place of `window_ms`."""

    funnel_id: str
    steps: tuple[Step, ...]
    window_ms: int = 0
    months: int = 0
    order: str = "ordered"
    exclusions: tuple[Exclusion, ...] = ()
    held_constant: str = ""

    def deadline(self, entered_ms: int, timezone: str) -> int:
        """The last millisecond of the window."""
        if not self.months:
            return entered_ms + self.window_ms
        return _months_later(entered_ms, self.months, ZoneInfo(timezone))

    def ends(self, event: Event, levels: Iterable[int]) -> bool:
        """Whether an event that serves no step ends an attempt that is at one of the levels."""
        return any(
            each.step.fits(event)
            and all(each.from_step <= level < each.to_step for level in levels)
            for each in self.exclusions
        )


Times = tuple[int | None, ...]
"""When each step up to the last one reached was taken, in ms; None for one that was left out."""

Attempts = dict[tuple[UUID, date], Times]


def attempts(
    project: Project, funnel: Funnel, events: Iterable[Event], people: dict[str, UUID]
) -> Attempts:
    """The attempt that counts for each person and each day on which one was started."""
    found: Attempts = {}
    for (who, _), theirs in _streams(project, funnel, events, people).items():
        for number, first in enumerate(theirs):
            reached = _attempt(funnel, theirs, number, project.timezone)
            if reached:
                key = who, local_date(first.occurred_ms, project.timezone)
                found[key] = min(found.get(key, reached), reached, key=_furthest_then_earliest)
    return found


def _streams(
    project: Project, funnel: Funnel, events: Iterable[Event], people: dict[str, UUID]
) -> dict[tuple[UUID, object], list[Event]]:
    """The events of each person, or of each person and value that is held constant, in order."""
    streams: dict[tuple[UUID, object], list[Event]] = defaultdict(list)
    for event in events:
        who = person(event, people)
        if who != NOBODY and event.is_counted(project):
            held = getattr(event, funnel.held_constant) if funnel.held_constant else None
            streams[who, held].append(event)
    for stream in streams.values():
        stream.sort(key=lambda event: event.order)
    return streams


def _furthest_then_earliest(reached: Times) -> tuple[int, list[float]]:
    return -len(reached), [math.inf if time is None else time for time in reached]


def _attempt(funnel: Funnel, events: Sequence[Event], start: int, timezone: str) -> Times:
    """The attempt that an event starts; empty if it starts none."""
    entered = events[start].occurred_ms
    deadline = funnel.deadline(entered, timezone)
    later = [event for event in events if entered <= event.occurred_ms <= deadline]
    if funnel.order == "any":
        return _any_order(funnel, events[start], later)
    return _in_order(funnel, later) if funnel.steps[0].fits(events[start]) else ()


def _in_order(funnel: Funnel, later: Sequence[Event]) -> Times:
    """Of events from the one that enters on."""
    times: dict[int, int] = {}
    level = 0
    for now, together in groupby(later, key=lambda event: event.occurred_ms):
        instant = list(together)
        taken = _furthest_then_most(funnel, instant, level)
        if level == 0 and 1 not in taken:
            return ()
        idle = [e for e in instant if not any(funnel.steps[k - 1].fits(e) for k in taken)]
        levels = [level, *taken]
        times |= dict.fromkeys(taken, now)
        level = max(levels)
        is_interrupted = funnel.order == "strict" and len(instant) > len(taken)
        if is_interrupted and all(0 < each < len(funnel.steps) for each in levels):
            break
        if any(funnel.ends(event, levels) for event in idle):
            break
    return tuple(times.get(step) for step in range(1, level + 1))


def _furthest_then_most(funnel: Funnel, instant: Sequence[Event], level: int) -> list[int]:
    """The steps behind `level` that the events of one instant take."""
    ways = _ways(funnel, instant, level)
    return max(ways, key=_furthest_then_most_then_early)


def _furthest_then_most_then_early(taken: list[int]) -> tuple[int, int, int]:
    return max(taken, default=0), len(taken), -sum(1 << step for step in taken)


def _ways(funnel: Funnel, unused: Sequence[Event], level: int) -> Iterator[list[int]]:
    """Every list of steps that the events can serve, each event one."""
    yield []
    for step in range(level + 1, len(funnel.steps) + 1):
        for number, event in enumerate(unused):
            if funnel.steps[step - 1].fits(event):
                others = [*unused[:number], *unused[number + 1 :]]
                for following in _ways(funnel, others, step):
                    yield [step, *following]
        if not funnel.steps[step - 1].is_optional:
            return


def _any_order(funnel: Funnel, first: Event, later: Sequence[Event]) -> Times:
    """When one more step was served than before, whichever: the k-th time is that of k steps."""
    if not any(step.fits(first) for step in funnel.steps):
        return ()
    times: list[int] = []
    for number in range(1, len(later) + 1):
        if _served(funnel.steps, later[:number]) > len(times):
            times.append(later[number - 1].occurred_ms)
    return tuple(times)


def _served(steps: Sequence[Step], events: Sequence[Event]) -> int:
    """The most steps that the events serve, each one step."""
    if not steps:
        return 0
    without = _served(steps[1:], events)
    return max(
        [without]
        + [
            1 + _served(steps[1:], [*events[:number], *events[number + 1 :]])
            for number, event in enumerate(events)
            if steps[0].fits(event)
        ]
    )


def _months_later(entered_ms: int, months: int, zone: ZoneInfo) -> int:
    local = moment(entered_ms).astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = local.day
    while True:
        try:
            later = local.replace(year=year, month=month + 1, day=day, fold=0)
        except ValueError:  # the 31st of a shorter month
            day -= 1
        else:
            return round((later.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / MILLISECOND)


MILLISECOND = timedelta(milliseconds=1)
