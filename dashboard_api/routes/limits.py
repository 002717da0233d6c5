"""Rate tiers, and how much of theirs projects use."""

from datetime import UTC, date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from control_plane.repositories import monthly_usage, projects, rate_tiers
from control_plane.repositories.rate_tiers import TierSettings
from dashboard_api.deps import AppResources
from dashboard_api.problems import responses
from dashboard_api.resources import Resources
from dashboard_api.security.access import CurrentIdentity, Operator, PathOwner, PathViewer

router = APIRouter(prefix="/api/v1", tags=["limits"])

NO_LIMIT = "null: no limit but that of the machine"


class Tier(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["free"])
    events_per_second: int | None = Field(description=NO_LIMIT)
    bytes_per_second: int | None = Field(description=NO_LIMIT)
    monthly_events: int | None = Field(description=NO_LIMIT)
    burst_seconds: int = Field(description="How much unused allowance may be saved up")
    max_event_bytes: int
    max_batch_bytes: int
    max_batch_events: int
    max_properties: int
    max_depth: int


class TierList(BaseModel):
    tiers: list[Tier]


class TierChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    events_per_second: int | None = None
    bytes_per_second: int | None = None
    monthly_events: int | None = None
    burst_seconds: int | None = None
    max_event_bytes: int | None = None
    max_batch_bytes: int | None = None
    max_batch_events: int | None = None
    max_properties: int | None = None
    max_depth: int | None = None


class TierName(BaseModel):
    tier: str = Field(examples=["growth"])


class ProjectLimits(BaseModel):
    tier: Tier
    month: date = Field(description="Its first day; months are of UTC")
    events_this_month: int = Field(
        description="Events sent, rejected ones too; in whole chunks, which are at most a "
        "thousandth of the quota for each ingest process. Counted for tiers with a quota only"
    )


@router.get("/tiers", operation_id="listTiers", responses=responses(401))
async def list_tiers(_: CurrentIdentity, resources: AppResources) -> TierList:
    """Every tier with its limits."""
    found = await resources.database.run(rate_tiers.everything)
    return TierList(tiers=[Tier.model_validate(tier) for tier in found])


@router.patch("/tiers/{name}", operation_id="changeTier", responses=responses(401, 403))
async def change_tier(name: str, change: TierChange, _: Operator, resources: AppResources) -> Tier:
    """Change a tier, or make one. Ingest follows within seconds."""
    settings: TierSettings = change.model_dump(exclude_unset=True)  # type: ignore[assignment]
    return Tier.model_validate(await resources.database.run(rate_tiers.save, name, **settings))


@router.put(
    "/projects/{project_id}/tier", operation_id="setProjectTier", responses=responses(401, 403, 404)
)
async def set_tier(
    body: TierName, access: PathOwner, _: Operator, resources: AppResources
) -> ProjectLimits:
    """Move a project to another tier. Ingest follows within seconds."""
    await resources.database.run(projects.update, access.project.id, tier=body.tier)
    return await limits_of(resources, access.project.id)


@router.get(
    "/projects/{project_id}/limits",
    operation_id="getProjectLimits",
    responses=responses(401, 403, 404),
)
async def get_limits(access: PathViewer, resources: AppResources) -> ProjectLimits:
    """The project's tier, and what it sent this month."""
    return await limits_of(resources, access.project.id)


async def limits_of(resources: Resources, project_id: str) -> ProjectLimits:
    month = datetime.now(UTC).date().replace(day=1)
    database = resources.database
    project = await database.run(projects.by_id, project_id)
    tier = await database.run(rate_tiers.by_name, project.tier)
    kept = await database.run(monthly_usage.of_project, project_id, month)
    counted = await resources.redis.get(monthly_usage.redis_key(project_id, month))
    return ProjectLimits(
        tier=Tier.model_validate(tier),
        month=month,
        events_this_month=max(kept, int(counted or 0)),
    )
