"""What of the control plane the models need, as rows of the `raw` tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from control_plane.repositories import funnels, projects, tracking_plan
from orchestration.defs.control_plane import saved_funnels
from orchestration.defs.control_plane.saved_funnels import funnel_row
from orchestration.defs.warehouse.dbt import dbt_project
from orchestration.settings import settings
from semantic_layer.catalogue import load

Row = tuple[Any, ...]


@dataclass(frozen=True)
class SyncedTable:
    """A `raw` table that mirrors rows of PostgreSQL. The first `key_length` columns are its key."""

    name: str
    description: str
    columns: tuple[str, ...]
    key_length: int
    rows: Callable[[Session], list[Row]]


@dataclass(frozen=True)
class Difference:
    changed: list[Row]
    removed: list[Row]
    """Keys, not whole rows."""


def difference(table: SyncedTable, stored: Sequence[Row], wanted: Sequence[Row]) -> Difference:
    """What must be inserted and deleted to make `stored` equal to `wanted`."""
    known = {tuple(row[: table.key_length]): tuple(row) for row in stored}
    kept = {row[: table.key_length] for row in wanted}
    return Difference(
        changed=[row for row in wanted if known.get(row[: table.key_length]) != row],
        removed=sorted(key for key in known if key not in kept),
    )


def project_rows(session: Session) -> list[Row]:
    return [
        tuple(getattr(p, field) for field in PROJECT_FIELDS) for p in projects.everything(session)
    ]


def funnel_rows(session: Session) -> list[Row]:
    saved = [funnel for funnel in funnels.everything(session) if funnel.archived_at is None]
    if not saved:
        return []
    events = load(dbt_project(settings()).manifest_path.parent).models["fct_events"]
    zones = {project.id: project.timezone for project in projects.everything(session)}
    return [
        funnel_row((f.project_id, f.id, f.name), f.definition, zones[f.project_id], events)
        for f in saved
    ]


def event_schema_rows(session: Session) -> list[Row]:
    return [
        (e.project_id, e.event_name, e.property_name, e.value_type, e.description)
        for e in tracking_plan.entries(session)
    ]


PROJECT_COLUMNS = (
    "project_id",
    "name",
    "timezone",
    "currency",
    "session_timeout_seconds",
    "session_cap_seconds",
    "session_cut_at_midnight",
    "session_cut_on_campaign",
    "include_bots",
    "week_start",
)
PROJECT_FIELDS = ("id", *PROJECT_COLUMNS[1:])

TABLES = (
    SyncedTable(
        "projects",
        "Project settings that models follow: time zone, session rules, bots, week start.",
        PROJECT_COLUMNS,
        1,
        project_rows,
    ),
    SyncedTable(
        "funnel_definitions",
        "Saved funnels that are not archived, each as a semantic query and compiled.",
        saved_funnels.COLUMNS,
        2,
        funnel_rows,
    ),
    SyncedTable(
        "event_schemas",
        "The tracking plan: documented events and properties.",
        ("project_id", "event_name", "property_name", "value_type", "description"),
        3,
        event_schema_rows,
    ),
)
