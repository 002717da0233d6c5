"""Rejected events: look at them, mend them, send them again."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from control_plane.repositories.rejected_replays import Outcome, ReplayState
from dashboard_api.deps import AppResources
from dashboard_api.event_quality import rejected
from dashboard_api.event_quality.payloads import Repair
from dashboard_api.event_quality.periods import Period
from dashboard_api.event_quality.rejected import Filter, RejectedEvent
from dashboard_api.event_quality.replay import ReplayFailedError, discard, replay
from dashboard_api.problems import ProblemError, responses
from dashboard_api.resources import Resources
from dashboard_api.security.access import CurrentUser, PathAdmin, PathViewer

router = APIRouter(prefix="/api/v1/projects/{project_id}/rejected-events", tags=["rejected events"])

MAX_AT_ONCE = 500


class RejectedFilter(BaseModel):
    """All that are given must hold; `since` and `until` are of arrival."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(default="", examples=["missing_identity"])
    event: str = Field(default="", description="Event name")
    protocol: str = Field(default="", examples=["native"])
    since: datetime | None = None
    until: datetime | None = Field(default=None, description="Not included")

    def with_state(self, state: ReplayState | None) -> Filter:
        period = Period(self.since, self.until)
        return Filter(period, self.code, self.event, self.protocol, state)


class ListQuery(RejectedFilter):
    state: ReplayState | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class RejectedEventList(BaseModel):
    rejected_events: list[RejectedEvent] = Field(description="The newest first")
    cursor: str | None = Field(description="Send it for the next page; null after the last")


class Selection(BaseModel):
    """Either `ids`, or `filter`, which selects events about which nothing was done yet or whose
    replay failed."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] | None = Field(default=None, min_length=1, max_length=MAX_AT_ONCE)
    filter: RejectedFilter | None = None
    limit: int = Field(default=100, ge=1, le=MAX_AT_ONCE, description="With `filter`")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or filter")
        return self


class ReplayRequest(Selection):
    patch: dict[str, Any] | None = Field(
        default=None,
        description="JSON Merge Patch (RFC 7396) of each payload; null removes a member",
        examples=[{"anonymous_id": "a1", "properties": {"revenue": 12.5}}],
    )
    payload: dict[str, Any] | None = Field(
        default=None, description="In place of the payload of the one event that `ids` names"
    )

    @model_validator(mode="after")
    def one_payload(self) -> Self:
        if self.payload is not None and len(self.ids or ()) != 1:
            raise ValueError("a payload replaces that of one event: name it in ids")
        return self


class ReplayOutcome(BaseModel):
    id: str
    state: ReplayState
    event_ids: list[str]
    code: str
    field: str
    reason: str


class ReplayOutcomes(BaseModel):
    outcomes: list[ReplayOutcome]


@router.get("", operation_id="listRejectedEvents", responses=responses(401, 403, 404, 503, 504))
async def list_rejected(
    access: PathViewer, resources: AppResources, asked: Annotated[ListQuery, Query()]
) -> RejectedEventList:
    """Rejected events with the reason, and what was done about them."""
    page = await rejected.page(
        resources.warehouse,
        resources.database,
        access.project.id,
        asked.with_state(asked.state),
        limit=asked.limit,
        cursor=asked.cursor,
    )
    return RejectedEventList(rejected_events=page.events, cursor=page.cursor)


@router.post(
    "/replay", operation_id="replayRejectedEvents", responses=responses(401, 403, 404, 503, 504)
)
async def replay_rejected(
    body: ReplayRequest, access: PathAdmin, user: CurrentUser, resources: AppResources
) -> ReplayOutcomes:
    """Send events again, mended if asked. One that is refused again stays, with the new reason;
    one that was replayed before is left as it is."""
    events = await selected(resources, access.project.id, body)
    try:
        outcomes = await replay(
            resources.database,
            resources.settings.ingest_url,
            access.project.id,
            events,
            Repair(body.payload, body.patch),
            author=user.email,
        )
    except ReplayFailedError as error:
        detail = f"{error}. What was sent before is on record; send the request again to go on."
        raise ProblemError(503, "ingest-unavailable", detail, headers={"Retry-After": "10"}) from (
            error
        )
    return told(outcomes)


@router.post(
    "/discard", operation_id="discardRejectedEvents", responses=responses(401, 403, 404, 503, 504)
)
async def discard_rejected(
    body: Selection, access: PathAdmin, user: CurrentUser, resources: AppResources
) -> ReplayOutcomes:
    """Note that these need nothing more. They stay on record."""
    events = await selected(resources, access.project.id, body)
    return told(await discard(resources.database, access.project.id, events, author=user.email))


@router.get(
    "/{rejected_id}",
    operation_id="getRejectedEvent",
    responses=responses(401, 403, 404, 503, 504),
)
async def get_rejected(
    rejected_id: str, access: PathViewer, resources: AppResources
) -> RejectedEvent:
    """One rejected event with its whole payload, as far as it was kept (64 KiB)."""
    found = await rejected.by_ids(
        resources.warehouse, resources.database, access.project.id, [rejected_id]
    )
    return found[0]


async def selected(
    resources: Resources, project_id: str, selection: Selection
) -> list[RejectedEvent]:
    warehouse, database = resources.warehouse, resources.database
    if selection.ids is not None:
        return await rejected.by_ids(warehouse, database, project_id, selection.ids)
    assert selection.filter is not None
    wanted = selection.filter.with_state(None)
    return await rejected.unfinished(warehouse, database, project_id, wanted, limit=selection.limit)


def told(outcomes: list[Outcome]) -> ReplayOutcomes:
    return ReplayOutcomes(
        outcomes=[
            ReplayOutcome(
                id=outcome.rejected_id,
                state=outcome.state,
                event_ids=list(outcome.event_ids),
                code=outcome.code,
                field=outcome.field,
                reason=outcome.reason,
            )
            for outcome in outcomes
        ]
    )
