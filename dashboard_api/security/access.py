"""What a role may do. Every route names its role here and nowhere else."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from control_plane.models import User
from control_plane.repositories import memberships
from control_plane.repositories.memberships import ProjectAccess
from control_plane.roles import Role
from dashboard_api.problems import FieldError, ProblemError
from dashboard_api.security.identity import Identity, identify
from dashboard_api.security.tokens import unauthenticated

ProjectId = Annotated[
    str | None,
    Query(
        description="May be left out when the token reaches exactly one project.",
        examples=["019a9c1e-7c4f-7d5e-9b1a-2f6c8d4e0a11"],
    ),
]


async def current_identity(connection: HTTPConnection) -> Identity:
    resources = connection.app.state.resources
    return await identify(connection, resources.settings, resources.database)


CurrentIdentity = Annotated[Identity, Depends(current_identity)]


async def current_user(identity: CurrentIdentity) -> User:
    if identity.user is None:
        raise unauthenticated("unauthenticated", "This needs a user; a read key has none.")
    return identity.user


CurrentUser = Annotated[User, Depends(current_user)]


def choose_project(identity: Identity, project_id: str | None) -> ProjectAccess:
    """The named project, or the only one. Another tenant's project is as absent as none."""
    if project_id is not None:
        for access in identity.projects:
            if access.project.id == project_id:
                return access
        raise ProblemError(
            404,
            "unknown-project",
            f"There is no project {project_id!r} that you can see. "
            "GET /api/v1/projects lists them.",
        )
    if len(identity.projects) == 1:
        return identity.projects[0]
    if not identity.projects:
        raise ProblemError(404, "no-project", "You are a member of no project. Ask an admin.")
    detail = (
        "You can see several projects: name one with ?project_id=. GET /api/v1/projects lists them."
    )
    missing = FieldError(field="project_id", reason="several projects", code="project_required")
    raise ProblemError(422, "project-required", detail, errors=[missing])


def demand(access: ProjectAccess, role: Role) -> None:
    if not access.role.includes(role):
        raise ProblemError(
            403,
            "forbidden",
            f"This needs the role {role.value}; yours in {access.project.name!r} is "
            f"{access.role.value}. Ask an admin of the project.",
        )


@dataclass(frozen=True)
class InProject:
    """Dependency: the request's project, for a caller who has at least `role` in it."""

    role: Role

    async def __call__(
        self, identity: CurrentIdentity, project_id: ProjectId = None
    ) -> ProjectAccess:
        access = choose_project(identity, project_id)
        demand(access, self.role)
        return access


@dataclass(frozen=True)
class InPathProject:
    """The same for routes that carry the project in their path."""

    role: Role

    async def __call__(self, identity: CurrentIdentity, project_id: str) -> ProjectAccess:
        access = choose_project(identity, project_id)
        demand(access, self.role)
        return access


AsViewer = Annotated[ProjectAccess, Depends(InProject(Role.VIEWER))]
PathViewer = Annotated[ProjectAccess, Depends(InPathProject(Role.VIEWER))]
PathAdmin = Annotated[ProjectAccess, Depends(InPathProject(Role.ADMIN))]
PathOwner = Annotated[ProjectAccess, Depends(InPathProject(Role.OWNER))]


async def operator(connection: HTTPConnection, user: CurrentUser) -> User:
    """Who runs the installation: an owner of its first organisation."""
    database = connection.app.state.resources.database
    if not await database.run(memberships.runs_installation, user.id):
        raise ProblemError(
            403,
            "forbidden",
            "Tiers belong to whoever runs this installation: an owner of its first organisation.",
        )
    return user


Operator = Annotated[User, Depends(operator)]
