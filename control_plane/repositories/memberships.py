"""Who may do what in which project."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.models import Membership, Project, User
from control_plane.repositories import organisations
from control_plane.roles import Role


@dataclass(frozen=True)
class ProjectAccess:
    project: Project
    role: Role


def grant(
    session: Session,
    user_id: str,
    organisation_id: str,
    role: Role,
    *,
    project_id: str | None = None,
) -> Membership:
    """Give a role in an organisation or in one project; a second grant replaces the first."""
    membership = session.scalar(
        select(Membership).where(
            Membership.user_id == user_id,
            Membership.organisation_id == organisation_id,
            Membership.project_id.is_not_distinct_from(project_id),
        )
    )
    if membership is None:
        membership = Membership(
            user_id=user_id, organisation_id=organisation_id, project_id=project_id
        )
        session.add(membership)
    membership.role = role.value
    session.flush()
    return membership


def accessible_projects(session: Session, user_id: str) -> list[ProjectAccess]:
    """The user's projects by name, each with the highest of the roles that apply to it."""
    rows = session.execute(
        select(Project, Membership.role)
        .join(Membership, Membership.organisation_id == Project.organisation_id)
        .where(
            Membership.user_id == user_id,
            Membership.project_id.is_(None) | (Membership.project_id == Project.id),
        )
        .order_by(Project.name, Project.id)
    )
    best: dict[str, ProjectAccess] = {}
    for project, name in rows:
        role = Role(name)
        if project.id not in best or role.rank > best[project.id].role.rank:
            best[project.id] = ProjectAccess(project, role)
    return list(best.values())


def role_in_project(session: Session, user_id: str, project_id: str) -> Role | None:
    """The highest of the user's roles in the project, or None: the project is not theirs to see."""
    names = session.scalars(
        select(Membership.role)
        .join(Project, Project.organisation_id == Membership.organisation_id)
        .where(
            Project.id == project_id,
            Membership.user_id == user_id,
            Membership.project_id.is_(None) | (Membership.project_id == project_id),
        )
    )
    return max((Role(name) for name in names), key=lambda role: role.rank, default=None)


def runs_installation(session: Session, user_id: str) -> bool:
    """Whether the user owns the first organisation: that of whoever set the platform up."""
    organisation = organisations.oldest(session)
    if organisation is None:
        return False
    owners = select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.organisation_id == organisation.id,
        Membership.project_id.is_(None),
        Membership.role == Role.OWNER.value,
    )
    return session.scalar(owners) is not None


def members(session: Session, organisation_id: str) -> list[tuple[User, Membership]]:
    rows = session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(User.email)
    )
    return [(user, membership) for user, membership in rows]
