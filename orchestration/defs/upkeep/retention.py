"""Raw events that their project keeps no longer, deleted; the next build follows with the marts.

Events of the past decide about what is kept: who somebody is, when they were first seen, where a
session begins. So marts are not trimmed but made anew from the raw events that are left, by a full
refresh (`orchestration.defs.warehouse.rebuild.is_refresh_due`), and then equal one by definition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import dagster as dg
from clickhouse_connect.driver.client import Client
from sqlalchemy.orm import Session

from control_plane.repositories import projects
from orchestration.instance import POOL
from orchestration.resources import ControlPlane, Warehouse

EVENTS_SQL = """
SELECT count(), countIf(timestamp < {kept_from:DateTime64(3, 'UTC')})
FROM raw.events WHERE project_id = {project_id:String}
"""
REJECTED_SQL = """
SELECT countIf(received_at < {kept_from:DateTime64(3, 'UTC')})
FROM raw.events_rejected WHERE project_id = {project_id:String}
"""
NOTE_SQL = """
INSERT INTO ops.expirations (project_id, state, run_id, kept_from, event_count, rejected_count)
VALUES ({project_id:String}, {state:String}, {run_id:String},
    {kept_from:DateTime64(3, 'UTC')}, {event_count:UInt64}, {rejected_count:UInt64})
"""
# Mutations, not lightweight deletes: projections of raw.events refuse those.
DELETE_SQL = (
    "ALTER TABLE raw.events DELETE WHERE project_id = {project_id:String} "
    "AND timestamp < {kept_from:DateTime64(3, 'UTC')}",
    "ALTER TABLE raw.events_rejected DELETE WHERE project_id = {project_id:String} "
    "AND received_at < {kept_from:DateTime64(3, 'UTC')}",
)


@dataclass(frozen=True)
class Keeping:
    """What a project keeps: days of UTC, today and `days` before it."""

    project_id: str
    name: str
    days: int

    def kept_from(self, today: date) -> datetime:
        return datetime.combine(today - timedelta(days=self.days), time(), UTC)


@dataclass(frozen=True)
class Expiry:
    """Events of a project that happened, and rejected ones that arrived, before `kept_from`."""

    keeping: Keeping
    kept_from: datetime
    event_count: int
    rejected_count: int
    of_events: int
    """How many events the project has in all."""

    @property
    def is_empty(self) -> bool:
        return self.event_count + self.rejected_count == 0


class RetentionConfig(dg.Config):
    apply: bool = False
    """Delete instead of only telling what would go."""


def keepings(session: Session) -> list[Keeping]:
    """Of the projects that do not keep their events for ever."""
    return [
        Keeping(project.id, project.name, project.retention_days)
        for project in projects.everything(session)
        if project.retention_days is not None
    ]


def expired(client: Client, keeping: Keeping, today: date) -> Expiry:
    kept_from = keeping.kept_from(today)
    place = {"project_id": keeping.project_id, "kept_from": kept_from}
    ((of_events, events),) = client.query(EVENTS_SQL, parameters=place).result_rows
    ((rejected,),) = client.query(REJECTED_SQL, parameters=place).result_rows
    return Expiry(keeping, kept_from, int(events), int(rejected), int(of_events))


def delete(client: Client, expiry: Expiry, run_id: str) -> None:
    """May be repeated. Returns when the rows are gone."""
    _note(client, expiry, run_id, "begun")
    place = {"project_id": expiry.keeping.project_id, "kept_from": expiry.kept_from}
    for statement in DELETE_SQL:
        client.command(statement, parameters=place, settings={"mutations_sync": 2})
    _note(client, expiry, run_id, "done")


def _note(client: Client, expiry: Expiry, run_id: str, state: str) -> None:
    values = {
        "project_id": expiry.keeping.project_id,
        "state": state,
        "run_id": run_id,
        "kept_from": expiry.kept_from,
        "event_count": expiry.event_count,
        "rejected_count": expiry.rejected_count,
    }
    client.command(NOTE_SQL, parameters=values)


def advice(expiries: Sequence[Expiry]) -> str:
    """A Markdown table for Dagster's UI."""
    if not expiries:
        return "Every project keeps its events for ever."
    rows = [
        f"| {e.keeping.name} | {e.keeping.days} | {e.kept_from:%Y-%m-%d} | {e.event_count:,} |"
        f" {e.of_events:,} | {e.rejected_count:,} |"
        for e in expiries
    ]
    head = "| project | keeps days | events from | events to go | of | rejected to go |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


@dg.op(pool=POOL)
def expire_events(
    context: dg.OpExecutionContext,
    warehouse: Warehouse,
    control_plane: ControlPlane,
    config: RetentionConfig,
) -> None:
    """Tell which raw events their projects keep no longer; with `apply`, delete them."""
    with control_plane.database() as database:
        kept = database.run(keepings)
    with warehouse.client(context.run_id, "expire_events") as client:
        today = datetime.now(UTC).date()
        expiries = [expired(client, keeping, today) for keeping in kept]
        context.add_output_metadata(
            {
                "advice": dg.MetadataValue.md(advice(expiries)),
                "events_to_go": sum(expiry.event_count for expiry in expiries),
                "rejected_to_go": sum(expiry.rejected_count for expiry in expiries),
                "is_applied": config.apply,
            }
        )
        for expiry in expiries if config.apply else ():
            if not expiry.is_empty:
                delete(client, expiry, context.run_id)
                context.log.info(
                    "deleted %d events and %d rejected ones of %s from before %s",
                    *(expiry.event_count, expiry.rejected_count),
                    *(expiry.keeping.name, expiry.kept_from),
                )


@dg.job(
    description="Tell which raw events are older than their project keeps them; with `apply`, as "
    "the nightly schedule runs it, delete them. The next build makes the marts anew without them.",
    executor_def=dg.in_process_executor,
)
def retention() -> None:
    expire_events()
