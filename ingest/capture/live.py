"""The live feed: what was just accepted, published to Redis after the answer, best effort."""

import asyncio
import logging
from datetime import datetime
from typing import Any

import msgspec
import redis.asyncio as redis
from redis.exceptions import RedisError

from ingest.rows import Row

Summary = dict[str, Any]
"""What the feed tells of an event."""

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 0.5
SAMPLE_SIZE = 20  # events a project and interval; `count` is exact
RETRY_SECONDS = 5.0


class _Pending:
    __slots__ = ("count", "sample")

    def __init__(self) -> None:
        self.count = 0
        self.sample: list[Summary] = []


class LiveFeed:
    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._pending: dict[str, _Pending] = {}

    def sample(self, project_id: str, received_at: datetime, rows: list[Row]) -> list[Summary]:
        """Of the first rows, as many as the feed has room for now."""
        pending = self._pending.get(project_id)
        room = SAMPLE_SIZE - (len(pending.sample) if pending else 0)
        return [_summary(row, received_at) for row in rows[:room]] if room else []

    def add(self, project_id: str, count: int, sample: list[Summary]) -> None:
        """`count` events were accepted, of which the sample tells."""
        pending = self._pending.get(project_id)
        if pending is None:
            pending = self._pending[project_id] = _Pending()
        pending.count += count
        if sample:
            pending.sample += sample[: SAMPLE_SIZE - len(pending.sample)]

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


def _summary(row: Row, received_at: datetime) -> Summary:
    event, context = row.event, row.context
    return {
        "event_id": event.event_id,
        "event_name": event.event_name,
        "type": event.type,
        "user_id": event.user_id,
        "anonymous_id": event.anonymous_id,
        "timestamp": event.timestamp,
        "received_at": received_at,
        "path": context.path,
        "country": context.country,
    }
