"""Saved funnels. A definition is a semantic query of kind `funnel` without its time range."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.errors import NotFoundError
from control_plane.models import Funnel


def save(session: Session, project_id: str, name: str, definition: dict[str, Any]) -> Funnel:
    """Create a funnel, or replace the definition of the one with this name."""
    funnel = session.scalar(
        select(Funnel).where(Funnel.project_id == project_id, Funnel.name == name)
    )
    if funnel is None:
        funnel = Funnel(project_id=project_id, name=name)
        session.add(funnel)
    funnel.definition = definition
    funnel.archived_at = None
    session.flush()
    session.refresh(funnel)
    return funnel


def of_project(session: Session, project_id: str) -> list[Funnel]:
    """The project's funnels that are not archived, by name."""
    return list(
        session.scalars(
            select(Funnel)
            .where(Funnel.project_id == project_id, Funnel.archived_at.is_(None))
            .order_by(Funnel.name)
        )
    )


def everything(session: Session) -> list[Funnel]:
    """Every funnel of every project, archived ones included, for the copy in the warehouse."""
    return list(session.scalars(select(Funnel).order_by(Funnel.id)))


def archive(session: Session, project_id: str, funnel_id: str) -> None:
    funnel = session.get(Funnel, funnel_id)
    if funnel is None or funnel.project_id != project_id:
        raise NotFoundError("funnel", funnel_id)
    funnel.archived_at = session.scalar(select(func.clock_timestamp()))
