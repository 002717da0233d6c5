"""`/health` and `/metrics`."""

import httpx
from fastapi import FastAPI

from dashboard_api.application import create_app
from dashboard_api.settings import Settings
from tests.dashboard_api.conftest import BASE_URL


async def test_health_names_every_service(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")

    health = answer.json()
    assert answer.status_code == 200
    assert health["status"] == "healthy"
    assert set(health["services"]) == {"database", "clickhouse", "redis", "aws"}
    assert health["services"]["aws"] == {"status": "not_configured", "latency": None}
    for name in ("database", "clickhouse", "redis"):
        assert health["services"][name]["status"] == "healthy"
        assert health["services"][name]["latency"] >= 0


async def test_an_engine_that_is_away_makes_it_unhealthy(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    app = create_app(away)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client,
    ):
        answer = await client.get("/health")

    assert answer.status_code == 503
    assert answer.json()["status"] == "unhealthy"
    assert answer.json()["services"]["redis"]["status"] == "unhealthy"
    assert answer.json()["services"]["database"]["status"] == "healthy"


async def test_metrics_count_by_route_template(app: FastAPI, client: httpx.AsyncClient) -> None:
    await client.get("/api/v1/projects/019a9c1e-7c4f-7d5e-9b1a-2f6c8d4e0a11")
    await client.get("/api/v1/no/such/route")
    await client.request("BREW", "/api/v1/projects")

    text = (await client.get("/metrics")).text

    assert 'method="GET",route="/api/v1/projects/{project_id}",status="401"' in text
    assert 'route="unmatched",status="404"' in text
    assert 'method="OTHER"' in text
    assert "019a9c1e" not in text
