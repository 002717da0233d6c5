"""Sessions by walking along each device's events."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tests.dbt_project.reference.events import Event, Project, local_date
from tests.dbt_project.reference.identities import person
from tests.dbt_project.reference.paths import KEPT, event_steps, page_steps
from tests.dbt_project.reference.revenue import is_order


@dataclass(frozen=True)
class Session:
    person_id: UUID
    device_id: str
    run_started_ms: int
    started_ms: int
    ended_ms: int
    engaged_ms: int
    event_count: int
    page_view_count: int
    is_bounce: bool
    entry_path: str
    exit_path: str
    country: str
    tracker_session_id: str
    order_count: int
    landing_url: str
    exit_url: str
    first_touch: tuple[str, str, str]
    last_touch: tuple[str, str, str]
    channel: str
    utm_medium: str
    event_step_count: int
    page_step_count: int
    event_path: tuple[str, ...]
    page_path: tuple[str, ...]
    event_ids: frozenset[UUID]


def sessions(project: Project, events: Iterable[Event], people: dict[str, UUID]) -> list[Session]:
    devices: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.device_id and event.is_counted(project):
            devices[event.device_id].append(event)
    return [
        _session(run[0].occurred_ms, visit, people)
        for device_events in devices.values()
        for run in _runs(project, sorted(device_events, key=lambda event: event.order))
        for visit in _visits(project, run)
    ]


def _runs(project: Project, events: list[Event]) -> list[list[Event]]:
    runs = [[events[0]]]
    for before, event in itertools.pairwise(events):
        if event.occurred_ms - before.occurred_ms >= 1000 * project.session_timeout_seconds:
            runs.append([])
        runs[-1].append(event)
    return runs


def _visits(project: Project, run: list[Event]) -> list[list[Event]]:
    """Cut a run at the grid, at midnight and at new campaigns; one millisecond is never cut."""
    instants: dict[int, list[Event]] = defaultdict(list)
    for event in run:
        instants[event.occurred_ms].append(event)
    visits: list[list[Event]] = []
    previous: tuple[object, ...] | None = None
    campaign = ""
    for instant, events in instants.items():
        campaign = max(map(_campaign, events)) or campaign
        mark = (
            (instant - run[0].occurred_ms) // (1000 * project.session_cap_seconds),
            project.session_cut_at_midnight and local_date(instant, project.timezone),
            project.session_cut_on_campaign and campaign,
        )
        if mark != previous:
            visits.append([])
        visits[-1].extend(events)
        previous = mark
    return visits


def _campaign(event: Event) -> str:
    return event.utm_source + event.utm_medium + event.utm_campaign


def _session(run_started_ms: int, events: list[Event], people: dict[str, UUID]) -> Session:
    named = [event for event in events if event.user]
    views = [event for event in events if event.is_page_view]
    gaps = [b.occurred_ms - a.occurred_ms for a, b in itertools.pairwise(events)]
    engaged_ms = sum(min(gap, 60_000) for gap in gaps)
    interactive = [event for event in events if event.is_interactive]
    event_path, page_path = event_steps(events), page_steps(events)
    return Session(
        person_id=person((named or events)[-1], people),
        device_id=events[0].device_id,
        run_started_ms=run_started_ms,
        started_ms=events[0].occurred_ms,
        ended_ms=events[-1].occurred_ms,
        engaged_ms=engaged_ms,
        event_count=len(events),
        page_view_count=len(views),
        is_bounce=len(views) == 1 and not interactive and engaged_ms < 10_000,
        entry_path=views[0].path if views else "",
        exit_path=views[-1].path if views else "",
        country=events[0].country,
        tracker_session_id=next((e.tracker_session_id for e in events if e.tracker_session_id), ""),
        order_count=sum(is_order(event) for event in events),
        landing_url=views[0].url if views else "",
        exit_url=views[-1].url if views else "",
        first_touch=events[0].touch,
        last_touch=next((e.touch for e in reversed(events) if any(e.touch)), ("", "", "")),
        channel=events[0].channel,
        utm_medium=events[0].utm_medium,
        event_step_count=len(event_path),
        page_step_count=len(page_path),
        event_path=tuple(event_path[:KEPT]),
        page_path=tuple(page_path[:KEPT]),
        event_ids=frozenset(event.event_id for event in events),
    )
