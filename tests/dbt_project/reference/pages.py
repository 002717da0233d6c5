"""Pages and campaigns by day, one view and one visit at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tests.dbt_project.reference.events import Event, Project, local_date
from tests.dbt_project.reference.identities import NOBODY, person
from tests.dbt_project.reference.people import PersonDay
from tests.dbt_project.reference.sessions import Session

PageDay = tuple[date, str]
CampaignDay = tuple[date, str, str, str, str]


@dataclass(frozen=True)
class PageFigures:
    page_view_count: int
    person_count: int
    session_count: int
    entrance_count: int
    exit_count: int
    bounce_count: int
    entrance_engaged_ms: int


@dataclass(frozen=True)
class CampaignFigures:
    session_count: int
    person_count: int
    new_person_count: int
    bounce_count: int
    page_view_count: int
    engaged_ms: int
    order_count: int
    converted_session_count: int


def page_days(
    project: Project,
    events: Iterable[Event],
    people: dict[str, UUID],
    visits: Iterable[Session],
    session_of: Mapping[UUID, Session],
) -> dict[PageDay, PageFigures]:
    views: dict[PageDay, list[Event]] = defaultdict(list)
    for event in events:
        if event.is_page_view and event.is_counted(project):
            views[local_date(event.occurred_ms, project.timezone), event.path].append(event)
    entered: dict[PageDay, list[Session]] = defaultdict(list)
    left: dict[PageDay, list[Session]] = defaultdict(list)
    for visit in visits:
        if visit.page_view_count:
            day = local_date(visit.started_ms, project.timezone)
            entered[day, visit.entry_path].append(visit)
            left[day, visit.exit_path].append(visit)
    return {
        cell: PageFigures(
            page_view_count=len(views.get(cell, [])),
            person_count=len({person(view, people) for view in views.get(cell, [])} - {NOBODY}),
            session_count=len(
                {session_of.get(view.event_id) for view in views.get(cell, [])} - {None}
            ),
            entrance_count=len(entered.get(cell, [])),
            exit_count=len(left.get(cell, [])),
            bounce_count=sum(visit.is_bounce for visit in entered.get(cell, [])),
            entrance_engaged_ms=sum(visit.engaged_ms for visit in entered.get(cell, [])),
        )
        for cell in {*views, *entered, *left}
    }


def campaign_days(
    project: Project, visits: Iterable[Session], days: Mapping[tuple[UUID, date], PersonDay]
) -> dict[CampaignDay, CampaignFigures]:
    cells: dict[CampaignDay, list[Session]] = defaultdict(list)
    for visit in visits:
        day = local_date(visit.started_ms, project.timezone)
        source, campaign, _ = visit.first_touch
        cells[day, visit.channel, source, visit.utm_medium, campaign].append(visit)
    return {
        cell: CampaignFigures(
            session_count=len(group),
            person_count=len({visit.person_id for visit in group}),
            new_person_count=len(
                {visit.person_id for visit in group if _is_new(visit.person_id, cell[0], days)}
            ),
            bounce_count=sum(visit.is_bounce for visit in group),
            page_view_count=sum(visit.page_view_count for visit in group),
            engaged_ms=sum(visit.engaged_ms for visit in group),
            order_count=sum(visit.order_count for visit in group),
            converted_session_count=sum(visit.order_count > 0 for visit in group),
        )
        for cell, group in cells.items()
    }


def _is_new(who: UUID, day: date, days: Mapping[tuple[UUID, date], PersonDay]) -> bool:
    return (who, day) in days and days[who, day].is_new
