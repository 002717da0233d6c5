"""The tracking plan of a project, its versions, and what breaks it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from control_plane.models import TrackingPlanVersion
from control_plane.repositories import tracking_plan
from control_plane.tracking_plan import document as documents
from control_plane.tracking_plan import yaml_file
from control_plane.tracking_plan.document import Mode, UnknownEvents
from dashboard_api.deps import AppResources
from dashboard_api.event_quality import plan_report
from dashboard_api.event_quality.periods import Period
from dashboard_api.event_quality.plan_report import UnknownEvent, Violation
from dashboard_api.problems import responses
from dashboard_api.security.access import CurrentUser, PathAdmin, PathViewer

router = APIRouter(prefix="/api/v1/projects/{project_id}/tracking-plan", tags=["tracking plan"])

YAML = "application/yaml"
YAML_BODY = {"content": {YAML: {"schema": {"type": "string"}}}}
EVENT_EXAMPLE = {
    "description": "An order was paid.",
    "properties": {
        "type": "object",
        "required": ["order_id"],
        "properties": {"order_id": {"type": "string"}, "revenue": {"type": "number"}},
    },
}

EventSchema = Annotated[
    dict[str, Any],
    Body(
        description="`description`, `mode`, and JSON Schemas (2020-12) for `properties` and "
        "`traits`; each may be left out",
        examples=[EVENT_EXAMPLE],
    ),
]
ExpectedVersion = Annotated[
    int | None, Query(ge=0, description="409 unless this version is in force; 0 before the first")
]


class PlanVersion(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int = Field(description="0 while there is no plan")
    author: str
    note: str = Field(examples=["set order_completed"])
    created_at: datetime | None


class Plan(PlanVersion):
    """`events` keep the order and form in which they were written."""

    mode: Mode
    unknown_events: UnknownEvents
    events: dict[str, dict[str, Any]] = Field(examples=[{"order_completed": EVENT_EXAMPLE}])


class PlanHistory(BaseModel):
    versions: list[PlanVersion] = Field(description="The newest first")
    cursor: int | None = Field(description="Send it as `before` for older ones")


class PlanSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mode: Mode | None = None
    unknown_events: UnknownEvents | None = None


class ViolationList(BaseModel):
    violations: list[Violation]


class UnknownEventList(BaseModel):
    unknown_events: list[UnknownEvent]


def plan_of(version: TrackingPlanVersion | None) -> Plan:
    if version is None:
        return Plan(version=0, author="", note="", created_at=None, **documents.empty())
    return Plan(**PlanVersion.model_validate(version).model_dump(), **version.document)


@router.get("", operation_id="getTrackingPlan", responses=responses(401, 403, 404))
async def get_plan(access: PathViewer, resources: AppResources) -> Plan:
    """The version in force."""
    return plan_of(await resources.database.run(tracking_plan.current, access.project.id))


@router.put("", operation_id="replaceTrackingPlan", responses=responses(401, 403, 404, 409))
async def replace_plan(
    plan: Annotated[dict[str, Any], Body(examples=[{"events": {"order_paid": EVENT_EXAMPLE}}])],
    access: PathAdmin,
    user: CurrentUser,
    resources: AppResources,
    expected_version: ExpectedVersion = None,
) -> Plan:
    """Put a whole plan in the place of the one in force. Nothing changes, no version is made."""
    made = await resources.database.run(
        tracking_plan.replace,
        access.project.id,
        plan,
        author=user.email,
        expected_version=expected_version,
    )
    return plan_of(made)


@router.patch("", operation_id="setTrackingPlanMode", responses=responses(401, 403, 404))
async def set_mode(
    settings: PlanSettings, access: PathAdmin, user: CurrentUser, resources: AppResources
) -> Plan:
    """Change the mode, or what happens to events that the plan does not name."""
    made = await resources.database.run(
        tracking_plan.set_mode,
        access.project.id,
        settings.mode,
        settings.unknown_events,
        author=user.email,
    )
    return plan_of(made)


@router.put(
    "/events/{event_name:path}",
    operation_id="setTrackingPlanEvent",
    responses=responses(401, 403, 404),
)
async def set_event(
    event_name: str,
    event: EventSchema,
    access: PathAdmin,
    user: CurrentUser,
    resources: AppResources,
) -> Plan:
    """Add an event to the plan, or change it."""
    made = await resources.database.run(
        tracking_plan.set_event, access.project.id, event_name, event, author=user.email
    )
    return plan_of(made)


@router.delete(
    "/events/{event_name:path}",
    operation_id="removeTrackingPlanEvent",
    responses=responses(401, 403, 404),
)
async def remove_event(
    event_name: str, access: PathAdmin, user: CurrentUser, resources: AppResources
) -> Plan:
    """Take an event out of the plan."""
    made = await resources.database.run(
        tracking_plan.remove_event, access.project.id, event_name, author=user.email
    )
    return plan_of(made)


@router.get(
    "/versions", operation_id="listTrackingPlanVersions", responses=responses(401, 403, 404)
)
async def list_versions(
    access: PathViewer,
    resources: AppResources,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> PlanHistory:
    """Who changed what, and when."""
    found = await resources.database.run(
        tracking_plan.history, access.project.id, before=before, limit=limit
    )
    versions = [PlanVersion.model_validate(version) for version in found]
    is_last = len(versions) < limit or versions[-1].version == 1
    return PlanHistory(versions=versions, cursor=None if is_last else versions[-1].version)


@router.get(
    "/versions/{version}",
    operation_id="getTrackingPlanVersion",
    responses=responses(401, 403, 404),
)
async def get_version(version: int, access: PathViewer, resources: AppResources) -> Plan:
    """The plan as it was."""
    return plan_of(
        await resources.database.run(tracking_plan.of_version, access.project.id, version)
    )


@router.post(
    "/versions/{version}/restore",
    operation_id="restoreTrackingPlanVersion",
    responses=responses(401, 403, 404),
)
async def restore_version(
    version: int, access: PathAdmin, user: CurrentUser, resources: AppResources
) -> Plan:
    """Bring an old version back, as a new one."""
    made = await resources.database.run(
        tracking_plan.restore, access.project.id, version, author=user.email
    )
    return plan_of(made)


@router.get(
    "/file",
    operation_id="exportTrackingPlan",
    response_class=Response,
    responses={200: {"description": "YAML", **YAML_BODY}, **responses(401, 403, 404)},
)
async def export_plan(access: PathViewer, resources: AppResources) -> Response:
    """The plan as one YAML file. Importing it changes nothing."""
    found = await resources.database.run(tracking_plan.current, access.project.id)
    return Response(yaml_file.dump(found.document if found else documents.empty()), media_type=YAML)


@router.put(
    "/file",
    operation_id="importTrackingPlan",
    openapi_extra={"requestBody": {"required": True, **YAML_BODY}},
    responses=responses(401, 403, 404, 409),
)
async def import_plan(
    request: Request,
    access: PathAdmin,
    user: CurrentUser,
    resources: AppResources,
    expected_version: ExpectedVersion = None,
) -> Plan:
    """Make a YAML file the plan."""
    text = (await request.body()).decode(errors="replace")
    made = await resources.database.run(
        tracking_plan.replace,
        access.project.id,
        yaml_file.load(text),
        author=user.email,
        note="imported",
        expected_version=expected_version,
    )
    return plan_of(made)


@router.get(
    "/violations",
    operation_id="listPlanViolations",
    responses=responses(401, 403, 404, 503, 504),
)
async def list_violations(
    access: PathViewer,
    resources: AppResources,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    event: str = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> ViolationList:
    """Broken rules counted by event, of events stored (mode warn) and rejected (mode enforce)."""
    found = await plan_report.violations(
        resources.warehouse,
        access.project.id,
        Period(since, until),
        event=event,
        limit=limit,
    )
    return ViolationList(violations=found)


@router.get(
    "/unknown-events",
    operation_id="listUnknownEvents",
    responses=responses(401, 403, 404, 503, 504),
)
async def list_unknown_events(
    access: PathViewer,
    resources: AppResources,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> UnknownEventList:
    """Events that came although the plan did not name them, and still does not."""
    plan = await resources.database.run(tracking_plan.current, access.project.id)
    found = await plan_report.unknown_events(
        resources.warehouse,
        access.project.id,
        Period(since, until),
        documented=set(plan.document["events"]) if plan else set(),
        limit=limit,
    )
    return UnknownEventList(unknown_events=found)
