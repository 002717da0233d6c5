"""The key source that reads PostgreSQL."""

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from control_plane.database import AsyncDatabase
from control_plane.repositories import api_keys, tracking_plan
from control_plane.repositories.api_keys import WriteKey
from ingest.keys import ActiveKey
from ingest.project import EventLimits, Project, RateLimits
from ingest.tracking_plans import TrackingPlan

Plans = dict[str, TrackingPlan]


class ControlPlaneKeys:
    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database
        self._plans: Plans = {}  # by project, read again when its version changes

    async def active_keys(self) -> list[ActiveKey]:
        keys, self._plans = await self._database.run(_keys_and_plans, self._plans)
        return [_active_key(key, self._plans.get(key.project_id)) for key in keys]

    async def note_use(self, used: dict[str, datetime]) -> None:
        await self._database.run(api_keys.note_use, used)


def _keys_and_plans(session: Session, known: Plans) -> tuple[list[WriteKey], Plans]:
    keys = api_keys.active_write_keys(session)
    projects = {key.project_id for key in keys}
    plans = {}
    for project_id, version in tracking_plan.newest_versions(session).items():
        if project_id in projects:
            plan = known.get(project_id)
            if plan is None or plan.version != version:
                plan = _plan(session, project_id, version)
            plans[project_id] = plan
    return keys, plans


def _plan(session: Session, project_id: str, version: int) -> TrackingPlan:
    document = tracking_plan.of_version(session, project_id, version).document
    return msgspec.convert({**document, "version": version}, TrackingPlan)


def _active_key(key: WriteKey, plan: TrackingPlan | None) -> ActiveKey:
    limits = key.limits
    project = Project(
        project_id=str(key.project_id),
        keep_ip=key.keep_ip,
        limits=EventLimits(
            max_event_bytes=limits.max_event_bytes,
            max_batch_bytes=limits.max_batch_bytes,
            max_batch_events=limits.max_batch_events,
            max_properties=limits.max_properties,
            max_depth=limits.max_depth,
        ),
        rates=RateLimits(
            tier=limits.tier,
            events_per_second=limits.events_per_second,
            bytes_per_second=limits.bytes_per_second,
            burst_seconds=limits.burst_seconds,
            monthly_events=limits.monthly_events,
        ),
        plan=plan if plan and plan.checks_anything else None,
    )
    return ActiveKey(str(key.key_id), key.key_hash, project)
