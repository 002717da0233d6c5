"""Events and page views by hour on the project's wall clock, one event at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tests.dbt_project.reference.events import Event, Project, moment

EventHour = tuple[str, str]


@dataclass(frozen=True)
class HourFigures:
    event_count: int
    page_view_count: int


def event_hours(project: Project, events: Iterable[Event]) -> dict[EventHour, HourFigures]:
    cells: dict[EventHour, list[Event]] = defaultdict(list)
    for event in events:
        if event.is_counted(project):
            local = moment(event.occurred_ms).astimezone(ZoneInfo(project.timezone))
            cells[f"{local:%Y-%m-%d %H}:00:00", event.event_name].append(event)
    return {
        cell: HourFigures(len(group), sum(event.is_page_view for event in group))
        for cell, group in cells.items()
    }
