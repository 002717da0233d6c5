"""The tracking plan: which events a project sends, and what each of their properties means."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.errors import InvalidValueError
from control_plane.models import PlannedEvent, PlannedProperty

VALUE_TYPES = ("string", "number", "integer", "boolean", "timestamp", "list", "object")


@dataclass(frozen=True)
class PlanEntry:
    """A line of the plan as the warehouse keeps it; an event's own line has no property name."""

    project_id: str
    event_name: str
    property_name: str
    value_type: str
    description: str
    updated_at: datetime


def document_event(
    session: Session, project_id: str, event_name: str, description: str
) -> PlannedEvent:
    """Add an event to the plan or change its description."""
    event = session.scalar(
        select(PlannedEvent).where(
            PlannedEvent.project_id == project_id, PlannedEvent.event_name == event_name
        )
    )
    if event is None:
        event = PlannedEvent(project_id=project_id, event_name=event_name)
        session.add(event)
    event.description = description
    session.flush()
    return event


def document_property(
    session: Session, event: PlannedEvent, property_name: str, value_type: str, description: str
) -> PlannedProperty:
    """Add a property to an event of the plan or change what is said about it."""
    if value_type not in VALUE_TYPES:
        raise InvalidValueError(
            "value_type", f"{value_type!r} is not one of {', '.join(VALUE_TYPES)}"
        )
    planned = session.scalar(
        select(PlannedProperty).where(
            PlannedProperty.planned_event_id == event.id,
            PlannedProperty.property_name == property_name,
        )
    )
    if planned is None:
        planned = PlannedProperty(planned_event_id=event.id, property_name=property_name)
        session.add(planned)
    planned.value_type = value_type
    planned.description = description
    session.flush()
    return planned


def entries(session: Session, project_id: str | None = None) -> list[PlanEntry]:
    """The plan of one project or of all, events before their properties."""
    events = select(PlannedEvent).order_by(PlannedEvent.project_id, PlannedEvent.event_name)
    properties = (
        select(PlannedEvent, PlannedProperty)
        .join(PlannedProperty, PlannedProperty.planned_event_id == PlannedEvent.id)
        .order_by(PlannedEvent.project_id, PlannedEvent.event_name, PlannedProperty.property_name)
    )
    if project_id is not None:
        events = events.where(PlannedEvent.project_id == project_id)
        properties = properties.where(PlannedEvent.project_id == project_id)
    plan = [
        PlanEntry(event.project_id, event.event_name, "", "", event.description, event.updated_at)
        for event in session.scalars(events)
    ]
    for event, planned in session.execute(properties):
        plan.append(
            PlanEntry(
                event.project_id,
                event.event_name,
                planned.property_name,
                planned.value_type,
                planned.description,
                planned.updated_at,
            )
        )
    return sorted(plan, key=lambda entry: (entry.project_id, entry.event_name, entry.property_name))
