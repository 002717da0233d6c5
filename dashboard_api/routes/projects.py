"""Projects that the caller may see."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from control_plane import models
from control_plane.repositories import projects
from control_plane.repositories.memberships import ProjectAccess
from control_plane.repositories.projects import MAX_RETENTION_DAYS
from control_plane.roles import Role
from dashboard_api.deps import AppResources, AppSettings
from dashboard_api.problems import responses
from dashboard_api.security.access import CurrentIdentity, PathOwner, PathViewer

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


class ProjectSummary(BaseModel):
    """`timezone` decides where a day of this project begins."""

    id: str
    name: str = Field(examples=["Web shop"])
    timezone: str = Field(examples=["Europe/Berlin"])
    currency: str = Field(examples=["EUR"])
    week_start: int = Field(description="ISO weekday: 1 is Monday", examples=[1])
    role: Role


class Project(ProjectSummary):
    session_timeout_seconds: int
    session_cap_seconds: int
    session_cut_at_midnight: bool
    session_cut_on_campaign: bool
    include_bots: bool
    keep_ip: bool
    retention_days: int | None = Field(
        description="Events that happened longer ago are deleted every night; null: never"
    )


class Retention(BaseModel):
    model_config = ConfigDict(extra="forbid")

    retention_days: int | None = Field(
        ge=1, le=MAX_RETENTION_DAYS, description="null: events are kept for ever", examples=[400]
    )


class ProjectList(BaseModel):
    projects: list[ProjectSummary]
    ingest_url: str = Field(
        description="Where apps send events", examples=["http://127.0.0.1:3001"]
    )


def summary(access: ProjectAccess) -> ProjectSummary:
    project = access.project
    return ProjectSummary(
        id=project.id,
        name=project.name,
        timezone=project.timezone,
        currency=project.currency,
        week_start=project.week_start,
        role=access.role,
    )


@router.get("", operation_id="listProjects", responses=responses(401))
async def list_projects(identity: CurrentIdentity, settings: AppSettings) -> ProjectList:
    """Every project of the caller, by name, with the caller's role in it."""
    found = [summary(access) for access in identity.projects]
    return ProjectList(projects=found, ingest_url=settings.ingest_url)


@router.get("/{project_id}", operation_id="getProject", responses=responses(401, 403, 404))
async def get_project(access: PathViewer) -> Project:
    """One project with the settings that its numbers follow."""
    return described(access, access.project)


@router.put(
    "/{project_id}/retention",
    operation_id="setProjectRetention",
    responses=responses(401, 403, 404),
)
async def set_retention(body: Retention, access: PathOwner, resources: AppResources) -> Project:
    """How long events are kept. Older ones are deleted with the next night, for good."""
    changed = await resources.database.run(
        projects.update, access.project.id, retention_days=body.retention_days
    )
    return described(access, changed)


def described(access: ProjectAccess, project: models.Project) -> Project:
    return Project(
        **summary(access).model_dump(),
        session_timeout_seconds=project.session_timeout_seconds,
        session_cap_seconds=project.session_cap_seconds,
        session_cut_at_midnight=project.session_cut_at_midnight,
        session_cut_on_campaign=project.session_cut_on_campaign,
        include_bots=project.include_bots,
        keep_ip=project.keep_ip,
        retention_days=project.retention_days,
    )
