"""Tracking plans of projects: every change is a version, the newest is in force."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.errors import ChangedMeanwhileError, NotFoundError
from control_plane.models import Project, TrackingPlanVersion
from control_plane.repositories import projects
from control_plane.repositories.lookup import near_matches
from control_plane.tracking_plan import document as documents
from control_plane.tracking_plan.document import Document, EventSchema

VALUE_TYPES = {"array": "list"}  # other types of JSON keep their names


@dataclass(frozen=True)
class PlanEntry:
    """A line of the plan as the warehouse keeps it; an event's own line has no property name."""

    project_id: str
    event_name: str
    property_name: str
    value_type: str
    description: str
    updated_at: datetime


def current(session: Session, project_id: str) -> TrackingPlanVersion | None:
    """The version in force; None before the first change."""
    return session.scalar(
        select(TrackingPlanVersion)
        .where(TrackingPlanVersion.project_id == project_id)
        .order_by(TrackingPlanVersion.version.desc())
        .limit(1)
    )


def of_version(session: Session, project_id: str, version: int) -> TrackingPlanVersion:
    found = session.scalar(
        select(TrackingPlanVersion).where(
            TrackingPlanVersion.project_id == project_id, TrackingPlanVersion.version == version
        )
    )
    if found is None:
        raise NotFoundError("version of the tracking plan", str(version))
    return found


def history(
    session: Session, project_id: str, *, before: int | None = None, limit: int = 100
) -> list[TrackingPlanVersion]:
    """Versions, the newest first."""
    versions = select(TrackingPlanVersion).where(TrackingPlanVersion.project_id == project_id)
    if before is not None:
        versions = versions.where(TrackingPlanVersion.version < before)
    return list(session.scalars(versions.order_by(TrackingPlanVersion.version.desc()).limit(limit)))


def newest_versions(session: Session) -> dict[str, int]:
    """The number of the version in force, by project."""
    rows = session.execute(
        select(TrackingPlanVersion.project_id, func.max(TrackingPlanVersion.version)).group_by(
            TrackingPlanVersion.project_id
        )
    )
    return dict(rows.tuples().all())


def replace(
    session: Session,
    project_id: str,
    given: Any,
    *,
    author: str,
    note: str = "",
    expected_version: int | None = None,
) -> TrackingPlanVersion:
    """Make `given` the plan. Raises InvalidPlanError, or ChangedMeanwhileError if the version in
    force is not `expected_version` (0 before the first)."""
    return _change(
        session,
        project_id,
        lambda plan: documents.checked(given, plan),
        author=author,
        note=note or "replaced",
        expected_version=expected_version,
    )


def set_event(
    session: Session, project_id: str, name: str, event: EventSchema, *, author: str
) -> TrackingPlanVersion:
    """Add an event to the plan, or put another schema in its place. Raises InvalidPlanError."""
    if wrong := list(documents.event_problems(name, event, "")):
        raise documents.InvalidPlanError(wrong)
    return _change(
        session,
        project_id,
        lambda plan: documents.checked(documents.with_event(plan, name, event)),
        author=author,
        note=f"set {name}",
    )


def remove_event(
    session: Session, project_id: str, name: str, *, author: str
) -> TrackingPlanVersion:
    def change(plan: Document) -> Document:
        if name not in plan["events"]:
            near = near_matches(name, list(plan["events"]))
            raise NotFoundError("event in the tracking plan", name, near)
        return documents.without_event(plan, name)

    return _change(session, project_id, change, author=author, note=f"removed {name}")


def set_mode(
    session: Session,
    project_id: str,
    mode: str | None,
    unknown_events: str | None = None,
    *,
    author: str,
) -> TrackingPlanVersion:
    wanted = {
        key: value
        for key, value in (("mode", mode), ("unknown_events", unknown_events))
        if value is not None
    }
    note = ", ".join(f"{key} {value}" for key, value in wanted.items())
    return _change(
        session,
        project_id,
        lambda plan: documents.checked({**plan, **wanted}),
        author=author,
        note=note,
    )


def restore(session: Session, project_id: str, version: int, *, author: str) -> TrackingPlanVersion:
    """Make an old version the newest one, as a new version."""
    old = of_version(session, project_id, version).document
    note = f"restored version {version}"
    return _change(session, project_id, lambda _: old, author=author, note=note)


def entries(session: Session, project_id: str | None = None) -> list[PlanEntry]:
    """The plan of one project or of all, events before their properties."""
    newest = select(TrackingPlanVersion).distinct(TrackingPlanVersion.project_id)
    if project_id is not None:
        newest = newest.where(TrackingPlanVersion.project_id == project_id)
    newest = newest.order_by(TrackingPlanVersion.project_id, TrackingPlanVersion.version.desc())
    plan = [entry for version in session.scalars(newest) for entry in _entries(version)]
    return sorted(plan, key=lambda entry: (entry.project_id, entry.event_name, entry.property_name))


def _change(
    session: Session,
    project_id: str,
    change: Callable[[Document], Document],
    *,
    author: str,
    note: str,
    expected_version: int | None = None,
) -> TrackingPlanVersion:
    """Add a version unless nothing changes. One writer at a time: the project's row is locked."""
    session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    newest = current(session, project_id)
    number = newest.version if newest else 0
    if expected_version not in (None, number):
        raise ChangedMeanwhileError("tracking plan", f"version {number}")
    before = newest.document if newest else documents.empty()
    after = change(before)
    # As text: the order of its members is a part of the document.
    if newest is not None and documents.encoded(after) == documents.encoded(before):
        return newest
    if newest is None:
        projects.by_id(session, project_id)
    made = TrackingPlanVersion(
        project_id=project_id,
        version=number + 1,
        document=after,
        author=author[:320],
        note=note[:500],
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def _entries(version: TrackingPlanVersion) -> Iterator[PlanEntry]:
    for name, event in version.document["events"].items():
        description = event.get("description", "")
        yield PlanEntry(version.project_id, name, "", "", description, version.created_at)
        for key, schema in event.get("properties", {}).get("properties", {}).items():
            known = schema if isinstance(schema, dict) else {}
            yield PlanEntry(
                version.project_id,
                name,
                key,
                _value_type(known),
                str(known.get("description", "")),
                version.created_at,
            )


def _value_type(schema: dict[str, Any]) -> str:
    """string, number, integer, boolean, timestamp, list, object; '' if that is left open."""
    given = schema.get("type", "")
    kinds = [kind for kind in ([given] if isinstance(given, str) else given) if kind != "null"]
    if len(kinds) != 1:
        return ""
    if kinds[0] == "string" and schema.get("format") == "date-time":
        return "timestamp"
    return VALUE_TYPES.get(kinds[0], kinds[0])
