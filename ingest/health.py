"""Whether the services that ingest uses can be reached, and how fast they answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel

TIMEOUT_SECONDS = 2.0

Probe = Callable[[], Awaitable[object]]


class ServiceHealth(BaseModel):
    status: Literal["healthy", "unhealthy", "not_configured"]
    latency: float | None = None  # milliseconds


class Health(BaseModel):
    status: Literal["healthy", "unhealthy"]
    timestamp: datetime
    services: dict[str, ServiceHealth]


async def check(probes: dict[str, Probe | None]) -> Health:
    """Ask all services at once; None stands for one that is not configured."""
    found = await asyncio.gather(*(_check(probe) for probe in probes.values()))
    services = dict(zip(probes, found, strict=True))
    is_unhealthy = any(service.status == "unhealthy" for service in found)
    return Health(
        status="unhealthy" if is_unhealthy else "healthy",
        timestamp=datetime.now(UTC),
        services=services,
    )


async def _check(probe: Probe | None) -> ServiceHealth:
    if probe is None:
        return ServiceHealth(status="not_configured")
    started = time.perf_counter()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await probe()
    except Exception:  # noqa: BLE001 - a health check reports every failure the same way
        return ServiceHealth(status="unhealthy")
    return ServiceHealth(status="healthy", latency=round((time.perf_counter() - started) * 1e3, 2))
