"""The project as the semantic layer wants to see it."""

from datetime import datetime

from control_plane.models import Project
from control_plane.repositories.memberships import ProjectAccess
from semantic_layer.project import ProjectContext, Role


def context_of(project: Project, now: datetime | None = None) -> ProjectContext:
    return ProjectContext(
        project_id=project.id,
        timezone=project.timezone,
        week_start=project.week_start,
        currency=project.currency,
        now=now,
    )


def role_of(access: ProjectAccess) -> Role:
    """The same four names, kept apart because the libraries do not import each other."""
    return Role(access.role.value)
