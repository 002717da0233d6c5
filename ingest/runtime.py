"""What lives as long as the capture API does: connections, the log, background tasks."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import redis.asyncio as redis
from sqlalchemy import text

from control_plane.background_tasks import end
from control_plane.database import AsyncDatabase
from ingest import internal_http
from ingest.backlog import BacklogGauge
from ingest.capture.live import LiveFeed
from ingest.capture.service import CaptureService
from ingest.control_plane_keys import ControlPlaneKeys
from ingest.enrich import columns, locations, user_agents
from ingest.health import Probe
from ingest.keys import KeyCache
from ingest.log import crash_points
from ingest.log.group_commit import SegmentLog
from ingest.metrics import Metrics
from ingest.rate_leases import RateLeases
from ingest.settings import IngestSettings
from ingest.usage import ControlPlaneUsage, UsageKeeper

logger = logging.getLogger(__name__)

BACKLOG_SECONDS = 1.0
LOCATIONS_SECONDS = 30.0


class Runtime:
    def __init__(self, settings: IngestSettings, metrics: Metrics) -> None:
        crash_points.arm(settings.crash_at)
        self.settings = settings
        self.metrics = metrics
        self.database = AsyncDatabase(settings.database_url)
        self.redis = redis.Redis.from_url(
            settings.redis_url, socket_timeout=2.0, socket_connect_timeout=2.0
        )
        self.keys = KeyCache(ControlPlaneKeys(self.database), settings.key_snapshot_path)
        self.log = SegmentLog(
            settings.log_directory,
            segment_bytes=settings.segment_bytes,
            reserve_bytes=settings.disk_reserve_bytes,
        )
        self.live = LiveFeed(self.redis)
        self.capture = CaptureService(settings, self.log, self.keys, self.live, metrics)
        self.leases = RateLeases(self.redis, self.capture.rates)
        self.usage = UsageKeeper(ControlPlaneUsage(self.database), self.capture.rates)
        metrics.set_disk_reserve(settings.disk_reserve_bytes)
        metrics.watch_pending(lambda: self.log.pending_bytes)

    def probes(self) -> dict[str, Probe | None]:
        clickhouse = urlsplit(self.settings.clickhouse_url)
        address = clickhouse.netloc.rpartition("@")[2]  # /ping asks for no password
        ping = f"{clickhouse.scheme}://{address}/ping"
        return {
            "database": lambda: self.database.run(
                lambda session: session.execute(text("SELECT 1"))
            ),
            "clickhouse": lambda: asyncio.to_thread(internal_http.get, ping),
            "redis": self.redis.ping,
            "aws": None,
        }

    async def watch_backlog(self) -> None:
        gauge = BacklogGauge(self.settings.log_directory, self.settings.checkpoint_path)
        while True:
            try:
                self.capture.backlog = await asyncio.to_thread(gauge.measure)
                self.metrics.set_backlog(self.capture.backlog)
            except OSError as error:
                logger.warning("the backlog could not be measured: %s", error)
            await asyncio.sleep(BACKLOG_SECONDS)


@asynccontextmanager
async def running(settings: IngestSettings, metrics: Metrics) -> AsyncIterator[Runtime]:
    """Start everything; at the end write what is queued, then let go of connections."""
    async with AsyncExitStack() as stack:
        runtime = Runtime(settings, metrics)
        stack.push_async_callback(runtime.database.close)
        stack.push_async_callback(runtime.redis.aclose)
        stack.push_async_callback(runtime.log.close)
        await asyncio.to_thread(_warm_up, settings)
        _spare_the_collector()
        runtime.keys.load_snapshot()
        await runtime.keys.refresh()
        await runtime.usage.exchange()
        stack.push_async_callback(runtime.usage.exchange)
        stack.push_async_callback(runtime.leases.exchange)
        for work in (
            runtime.keys.keep_fresh(settings.key_refresh_seconds),
            runtime.live.run(),
            runtime.leases.run(),
            runtime.usage.run(),
            runtime.watch_backlog(),
            refresh_locations(),
        ):
            stack.push_async_callback(end, asyncio.create_task(work))
        yield runtime


async def refresh_locations() -> None:
    while True:
        await asyncio.sleep(LOCATIONS_SECONDS)
        database = locations.in_use()
        if database is not None and await asyncio.to_thread(database.refresh):
            columns.forget()


def _spare_the_collector() -> None:
    """Look for cycles among what requests leave behind, not in what was loaded at the start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _warm_up(settings: IngestSettings) -> None:
    """Load the pattern and address tables now, not in the first request."""
    locations.use(settings.geoip_database)
    user_agents.describe(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"
    )
    locations.location_of("192.0.2.1")
