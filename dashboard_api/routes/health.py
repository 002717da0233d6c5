"""`/health` for supervisors and load balancers, `/metrics` for Prometheus."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

import httpx
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dashboard_api.deps import AppResources
from dashboard_api.resources import Resources

router = APIRouter(tags=["operations"])

CHECK_SECONDS = 2.0
UNREACHABLE = (SQLAlchemyError, RedisError, httpx.HTTPError, OSError, TimeoutError)


class ServiceHealth(BaseModel):
    status: Literal["healthy", "unhealthy", "not_configured"]
    latency: float | None = Field(default=None, description="Milliseconds", examples=[1.2])


class Services(BaseModel):
    database: ServiceHealth
    clickhouse: ServiceHealth
    redis: ServiceHealth
    aws: ServiceHealth


class Health(BaseModel):
    status: Literal["healthy", "unhealthy"]
    timestamp: datetime
    services: Services


async def check(probe: Callable[[], Awaitable[object]]) -> ServiceHealth:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await probe()
    except UNREACHABLE:
        return ServiceHealth(status="unhealthy")
    elapsed = round((time.perf_counter() - started) * 1000, 2)
    return ServiceHealth(status="healthy", latency=elapsed)


async def check_services(resources: Resources) -> Services:
    async def database() -> None:
        async with resources.database.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def clickhouse() -> None:
        async with httpx.AsyncClient(timeout=CHECK_SECONDS, trust_env=False) as client:
            answer = await client.get(f"{resources.settings.clickhouse_reader_url}/ping")
            answer.raise_for_status()

    found = await asyncio.gather(check(database), check(clickhouse), check(resources.redis.ping))
    aws = ServiceHealth(status="healthy" if resources.settings.has_bedrock else "not_configured")
    return Services(database=found[0], clickhouse=found[1], redis=found[2], aws=aws)


@router.get("/health", operation_id="getHealth", responses={503: {"model": Health}})
async def get_health(response: Response, resources: AppResources) -> Health:
    """Whether the engines behind the dashboard answer; 503 when one does not. A missing AWS
    configuration is not a fault."""
    services = await check_services(resources)
    unhealthy = any(service.status == "unhealthy" for _, service in services)
    if unhealthy:
        response.status_code = 503
    status: Literal["healthy", "unhealthy"] = "unhealthy" if unhealthy else "healthy"
    return Health(status=status, timestamp=datetime.now(UTC), services=services)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def get_metrics() -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
