"""The key source that reads PostgreSQL."""

from datetime import datetime

from control_plane.database import AsyncDatabase
from control_plane.repositories import api_keys
from control_plane.repositories.api_keys import WriteKey
from ingest.keys import ActiveKey
from ingest.project import EventLimits, Project, RateLimits


class ControlPlaneKeys:
    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database

    async def active_keys(self) -> list[ActiveKey]:
        return [_active_key(key) for key in await self._database.run(api_keys.active_write_keys)]

    async def note_use(self, used: dict[str, datetime]) -> None:
        await self._database.run(api_keys.note_use, used)


def _active_key(key: WriteKey) -> ActiveKey:
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
        ),
    )
    return ActiveKey(str(key.key_id), key.key_hash, project)
