"""The first page's numbers in one request."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboard_api import overview as numbers
from dashboard_api.deps import AppResources
from dashboard_api.etags import conditional
from dashboard_api.overview import EARLIEST, OverviewNumbers, change
from dashboard_api.periods import LONGEST_DAYS, Period, last_days, today_in
from dashboard_api.problems import FieldError, ProblemError, responses
from dashboard_api.project_context import context_of, role_of
from dashboard_api.security.access import AsViewer
from semantic_layer.catalogue import Catalogue
from semantic_layer.queries import MetricsQuery
from semantic_layer.results import QueryResult

router = APIRouter(prefix="/api/v1", tags=["overview"])


class DateRange(BaseModel):
    """Half-open, in days of the project's zone."""

    start: date = Field(serialization_alias="from")
    end: date = Field(serialization_alias="to")


class Tile(BaseModel):
    """One metric over the period; `change` is relative and null where nothing came before."""

    metric: str = Field(examples=["sessions"])
    label: str
    description: str
    unit: str | None
    is_daily_mean: bool = Field(description="The value is the mean of the days, not their total")
    value: float | None
    previous: float | None
    change: float | None = Field(examples=[0.125])
    trend: list[float | None] = Field(description="One value for each of `dates`")
    previous_trend: list[float | None]


class TopEvent(BaseModel):
    event_name: str
    events: float
    previous: float
    change: float | None
    share: float = Field(description="Of all events of the period, 0 to 1")


class RanQuery(BaseModel):
    name: str
    sql: str
    query_id: str
    cached: bool


class Overview(BaseModel):
    project_id: str
    timezone: str
    currency: str
    today: date = Field(description="In the project's zone; the day is not over")
    range: DateRange
    previous_range: DateRange
    dates: list[date]
    tiles: list[Tile]
    top_events: list[TopEvent]
    recorded: DateRange | None = Field(
        description="Days that hold events at all; told only when the asked period holds none"
    )
    is_latest: bool = Field(
        description="No period was asked for and the last 30 days are empty, so this is the "
        "latest period with events"
    )
    data_as_of: datetime | None
    computed_at: datetime
    queries: list[RanQuery]
    warnings: list[str]


class AskedRange(BaseModel):
    """Either `from` and `to`, or `last`, or nothing."""

    from_: date | None = Field(default=None, alias="from", description="First day, included")
    to: date | None = Field(default=None, description="End, not included")
    last: int | None = Field(
        default=None, ge=1, le=LONGEST_DAYS, description="The n days that end with today"
    )


def asked_period(asked: AskedRange, today: date) -> Period | None:
    start, end = asked.from_, asked.to
    if asked.last is not None:
        return last_days(asked.last, today)
    if start is None and end is None:
        return None
    is_range = start is not None and end is not None and 0 < (end - start).days <= LONGEST_DAYS
    if start is None or end is None or not is_range or start < EARLIEST:
        reason = (
            f"give both from and to, from before to, at most {LONGEST_DAYS} days apart, "
            f"not before {EARLIEST}"
        )
        wrong = FieldError(field="from", reason=reason, code="invalid_range")
        raise ProblemError(
            422, "invalid-range", f"The range is not valid: {reason}.", errors=[wrong]
        )
    return Period(start, end)


@router.get(
    "/overview",
    operation_id="getOverview",
    response_model=Overview,
    responses={304: {"description": "Not modified"}, **responses(401, 403, 404, 422, 503)},
)
async def get_overview(
    request: Request,
    access: AsViewer,
    resources: AppResources,
    asked: Annotated[AskedRange, Query()],
) -> Response:
    """Active users, sessions, events and the top events, each with its change against the
    equally long period before. Without a period: the last 30 days, or the latest that hold
    events. Sends an ETag."""
    context = context_of(access.project)
    today = today_in(context.timezone, datetime.now(UTC))
    period = asked_period(asked, today)
    catalogue = resources.layer.catalogue
    metrics = [metric for metric in numbers.TILES if metric in catalogue.metrics]

    async def run(query: MetricsQuery) -> QueryResult:
        return await resources.layer.run(query, context, role_of(access))

    if period is None:
        found = await numbers.compute_latest(run, metrics, today)
    else:
        found = await numbers.compute(run, metrics, period)
    is_latest = period is None and found.period.end <= today
    content = Overview(
        project_id=context.project_id,
        timezone=context.timezone,
        currency=context.currency,
        today=today,
        is_latest=is_latest,
        **presented(found, catalogue),
    )
    return conditional(request, content)


def presented(found: OverviewNumbers, catalogue: Catalogue) -> dict[str, Any]:
    all_events = found.tiles["events"].value or 0
    results = found.results
    return {
        "range": as_range(found.period),
        "previous_range": as_range(found.period.previous),
        "dates": found.period.dates,
        "tiles": [tile(name, found, catalogue) for name in found.tiles],
        "top_events": [
            TopEvent(
                event_name=event.event_name,
                events=event.events,
                previous=event.previous,
                change=change(event.events, event.previous),
                share=event.events / all_events if all_events else 0,
            )
            for event in found.top_events
        ],
        "recorded": as_range(found.recorded) if found.recorded else None,
        "data_as_of": results["totals"].data_as_of,
        "computed_at": min(result.computed_at for result in results.values()),
        "queries": [
            RanQuery(name=name, sql=ran.sql, query_id=ran.query_id, cached=ran.cached)
            for name, ran in results.items()
        ],
        "warnings": sorted({text for ran in results.values() for text in ran.warnings}),
    }


def tile(name: str, found: OverviewNumbers, catalogue: Catalogue) -> Tile:
    metric, shown = catalogue.metrics[name], found.tiles[name]
    return Tile(
        metric=name,
        label=metric.label,
        description=metric.description,
        unit=metric.unit,
        is_daily_mean=name in numbers.DAILY_MEANS,
        value=shown.value,
        previous=shown.previous,
        change=change(shown.value, shown.previous),
        trend=shown.trend,
        previous_trend=shown.previous_trend,
    )


def as_range(period: Period) -> DateRange:
    return DateRange(start=period.start, end=period.end)
