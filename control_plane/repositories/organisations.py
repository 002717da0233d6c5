"""Organisations: the owners of projects."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.errors import (
    AlreadyExistsError,
    InvalidValueError,
    NoAccountError,
    NotFoundError,
)
from control_plane.models import Organisation


def create(session: Session, name: str) -> Organisation:
    name = name.strip()
    if not name:
        raise InvalidValueError("name", "must not be empty")
    if session.scalar(select(Organisation.id).where(func.lower(Organisation.name) == name.lower())):
        raise AlreadyExistsError("organisation", name)
    organisation = Organisation(name=name)
    session.add(organisation)
    session.flush()
    session.refresh(organisation)
    return organisation


def by_id(session: Session, organisation_id: str) -> Organisation:
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFoundError("organisation", organisation_id)
    return organisation


def oldest(session: Session) -> Organisation | None:
    return session.scalar(select(Organisation).order_by(Organisation.id).limit(1))


def first(session: Session) -> Organisation:
    """The organisation of the first start, where the CLI puts projects and users."""
    organisation = oldest(session)
    if organisation is None:
        raise NoAccountError
    return organisation
