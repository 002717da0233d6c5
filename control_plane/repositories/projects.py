"""Projects and the settings that ingest and the models follow."""

from typing import TypedDict, Unpack
from zoneinfo import available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from control_plane.models import Project
from control_plane.repositories import rate_tiers
from control_plane.repositories.lookup import is_id, near_matches

MAX_RETENTION_DAYS = 36_500
"""A hundred years: times before 2000 are not taken in anyhow."""


class ProjectSettings(TypedDict, total=False):
    timezone: str
    currency: str
    session_timeout_seconds: int
    session_cap_seconds: int
    session_cut_at_midnight: bool
    session_cut_on_campaign: bool
    include_bots: bool
    week_start: int
    retention_days: int | None
    keep_ip: bool
    tier: str


def create(
    session: Session, organisation_id: str, name: str, **settings: Unpack[ProjectSettings]
) -> Project:
    name = name.strip()
    if not name:
        raise InvalidValueError("name", "must not be empty")
    if is_id(name):
        raise InvalidValueError("name", "must not look like an id: projects can be named by either")
    taken = select(Project.id).where(
        Project.organisation_id == organisation_id, func.lower(Project.name) == name.lower()
    )
    if session.scalar(taken):
        raise AlreadyExistsError("project", name)
    check_tier(session, settings.get("tier"))
    project = Project(organisation_id=organisation_id, name=name, **checked(settings))
    session.add(project)
    session.flush()
    session.refresh(project)
    return project


def update(session: Session, project_id: str, **settings: Unpack[ProjectSettings]) -> Project:
    project = by_id(session, project_id)
    check_tier(session, settings.get("tier"))
    for field, value in checked(settings).items():
        setattr(project, field, value)
    session.flush()
    session.refresh(project)
    return project


def by_id(session: Session, project_id: str) -> Project:
    project = session.get(Project, project_id) if is_id(project_id) else None
    if project is None:
        raise NotFoundError("project", project_id)
    return project


def find(session: Session, reference: str) -> Project:
    """The project with this id or name (any case)."""
    if is_id(reference):
        return by_id(session, reference)
    found = session.scalars(
        select(Project).where(func.lower(Project.name) == reference.strip().lower())
    ).all()
    if len(found) > 1:
        ids = ", ".join(project.id for project in found)
        raise InvalidValueError(
            "project", f"{reference!r} names several projects, use an id: {ids}"
        )
    if not found:
        names = [project.name for project in everything(session)]
        raise NotFoundError("project", reference, near_matches(reference, names))
    return found[0]


def everything(session: Session) -> list[Project]:
    """Every project, oldest first."""
    return list(session.scalars(select(Project).order_by(Project.id)))


def check_tier(session: Session, name: str | None) -> None:
    known = [tier.name for tier in rate_tiers.everything(session)]
    if name is not None and name not in known:
        raise InvalidValueError("tier", f"{name!r} is not one of {', '.join(known)}")


def checked(settings: ProjectSettings) -> ProjectSettings:
    timezone = settings.get("timezone")
    if timezone is not None and timezone not in available_timezones():
        near = near_matches(timezone, sorted(available_timezones()))
        hint = (
            f"; did you mean {', '.join(near)}?" if near else "; use a name such as Europe/Berlin"
        )
        raise InvalidValueError("timezone", f"{timezone!r} is not an IANA time zone{hint}")
    currency = settings.get("currency")
    if currency is not None and not (
        len(currency) == 3 and currency.isascii() and currency.isupper()
    ):
        raise InvalidValueError("currency", f"{currency!r} is not an ISO 4217 code such as EUR")
    timeout = settings.get("session_timeout_seconds")
    if timeout is not None and not 60 <= timeout <= 86_400:
        raise InvalidValueError("session_timeout_seconds", "must lie between a minute and a day")
    retention = settings.get("retention_days")
    if retention is not None and not 1 <= retention <= MAX_RETENTION_DAYS:
        raise InvalidValueError(
            "retention_days",
            f"must lie between 1 and {MAX_RETENTION_DAYS}, or be absent to keep events for ever",
        )
    if not 1 <= settings.get("week_start", 1) <= 7:
        raise InvalidValueError("week_start", "must be 1 (Monday) to 7 (Sunday)")
    return settings
