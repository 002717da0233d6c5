"""The live feed: what was just accepted, published to Redis after the answer, best effort."""

import asyncio
import logging
from typing import Any

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from ingest.rows import Row

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 0.5
SAMPLE_SIZE = 20  # events a project and interval; `count` is exact
RETRY_SECONDS = 5.0


class _Pending:
    __slots__ = ("count", "sample")

    def __init__(self) -> None:
        self.count = 0
        self.sample: list[dict[str, Any]] = []


class LiveFeed:
    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._pending: dict[str, _Pending] = {}

    def add(self, project_id: str, rows: list[Row]) -> None:
        pending = self._pending.get(project_id)
        if pending is None:
            pending = self._pending[project_id] = _Pending()
        pending.count += len(rows)
        room = SAMPLE_SIZE - len(pending.sample)
        pending.sample.extend(_summary(row) for row in rows[:room])

    async def run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await self._publish()
            except RedisError as error:
                logger.debug("live feed: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _publish(self) -> None:
        pending, self._pending = self._pending, {}
        for project_id, batch in pending.items():
            message = msgspec.json.encode({"count": batch.count, "events": batch.sample})
            await self._client.publish(f"live:{project_id}", message)


def _summary(row: Row) -> dict[str, Any]:
    event, context = row.event, row.context
    return {
        "event_id": event.event_id,
        "event_name": event.event_name,
        "type": event.type,
        "user_id": event.user_id,
        "anonymous_id": event.anonymous_id,
        "timestamp": event.timestamp,
        "received_at": event.received_at,
        "path": context.path,
        "country": context.country,
    }
