"""Results kept in Redis for as long as the data has not changed. Works without Redis, slower."""

import hashlib
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

from semantic_layer.results import QueryResult

logger = logging.getLogger(__name__)

SECONDS = 3600
MAX_BYTES = 2**20
"""Larger results are cheap to transfer from ClickHouse, and would push the others out."""


class ResultCache:
    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis

    @property
    def is_kept(self) -> bool:
        return self._redis is not None

    async def get(self, key: str) -> QueryResult | None:
        if self._redis is None:
            return None
        try:
            found = await self._redis.get(key)
        except (RedisError, OSError) as error:
            logger.debug("result cache is away: %s", error)
            return None
        return QueryResult.model_validate_json(found) if found else None

    async def put(self, key: str, result: QueryResult) -> None:
        if self._redis is None:
            return
        text = result.model_dump_json()
        if len(text) > MAX_BYTES:
            return
        try:
            await self._redis.set(key, text, ex=SECONDS)
        except (RedisError, OSError) as error:
            logger.debug("result cache is away: %s", error)


def key_of(*parts: str) -> str:
    """The key of a result: its statement, how it is shown, and the build it comes from."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"result:{digest}"
