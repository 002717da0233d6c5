"""Projects that the caller may see."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from control_plane.repositories.memberships import ProjectAccess
from control_plane.roles import Role
from dashboard_api.deps import AppSettings
from dashboard_api.problems import responses
from dashboard_api.security.access import CurrentIdentity, PathViewer

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
    retention_days: int | None


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
    projects = [summary(access) for access in identity.projects]
    return ProjectList(projects=projects, ingest_url=settings.ingest_url)


@router.get("/{project_id}", operation_id="getProject", responses=responses(401, 403, 404))
async def get_project(access: PathViewer) -> Project:
    """One project with the settings that its numbers follow."""
    project = access.project
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
