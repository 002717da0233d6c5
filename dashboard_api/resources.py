"""What lives as long as the process: pools, the semantic layer and the live feed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from control_plane.database import AsyncDatabase, Database
from dashboard_api.live_feed import LiveFeed
from dashboard_api.settings import Settings
from semantic_layer.clickhouse import ClickHouse
from semantic_layer.errors import SemanticError
from semantic_layer.layer import SemanticLayer
from semantic_layer.settings import SemanticSettings

logger = logging.getLogger(__name__)

DATABASE_CONNECTIONS = 10
REDIS_TIMEOUT_SECONDS = 2


@dataclass(frozen=True)
class Resources:
    """`blocking_database` is for work that must leave the event loop: hashing passwords.
    `warehouse` runs statements of our own as the reader."""

    settings: Settings
    database: AsyncDatabase
    blocking_database: Database
    redis: Redis
    live_feed: LiveFeed
    layer: SemanticLayer
    warehouse: ClickHouse


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Connections are made when first used, so the API starts while an engine is still away."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            AsyncDatabase(settings.database_url, pool_size=DATABASE_CONNECTIONS)
        )
        blocking = stack.enter_context(Database(settings.database_url))
        redis = Redis.from_url(
            settings.redis_url, decode_responses=True, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
        )
        stack.push_async_callback(redis.aclose)
        live_feed = await stack.enter_async_context(LiveFeed(redis).running())
        layer = SemanticLayer(semantic_settings(settings), redis=redis)
        stack.push_async_callback(layer.aclose)
        warehouse = ClickHouse(settings.clickhouse_reader_url)
        stack.push_async_callback(warehouse.aclose)
        warming = asyncio.create_task(warm_up(layer), name="warm-up")
        stack.callback(warming.cancel)
        yield Resources(settings, database, blocking, redis, live_feed, layer, warehouse)


def semantic_settings(settings: Settings) -> SemanticSettings:
    return SemanticSettings(
        clickhouse_reader_url=settings.clickhouse_reader_url,
        redis_url=settings.redis_url,
        dbt_target_dir=settings.dbt_target_dir,
    )


async def warm_up(layer: SemanticLayer) -> None:
    """Nobody waits for MetricFlow's import; without a manifest yet, the first query does."""
    try:
        await layer.warm_up()
    except SemanticError as error:
        logger.warning("the semantic layer is not ready: %s", error)
