"""Tiers and the use of a project over HTTP."""

from datetime import UTC, datetime

import httpx

from control_plane.database import AsyncDatabase
from control_plane.repositories import memberships, monthly_usage, organisations, users
from control_plane.roles import Role
from dashboard_api.settings import Settings
from tests.dashboard_api.conftest import Team, signed_in


async def test_the_operator_edits_tiers_and_assigns_them(
    client: httpx.AsyncClient, team: Team, database: AsyncDatabase
) -> None:
    owner = team.members[Role.OWNER].headers
    change = {"monthly_events": 5_000, "events_per_second": None}
    made = await client.patch("/api/v1/tiers/free", json=change, headers=owner)
    assert (made.json()["monthly_events"], made.json()["events_per_second"]) == (5_000, None)
    assert made.json()["bytes_per_second"] == 1_000_000
    path = f"/api/v1/projects/{team.project_id}"
    moved = await client.put(f"{path}/tier", json={"tier": "free"}, headers=owner)
    assert moved.json()["tier"]["name"] == "free"

    month = datetime.now(UTC).date().replace(day=1)
    await database.run(monthly_usage.raise_to, month, {team.project_id: 42})
    seen = await client.get(f"{path}/limits", headers=team.members[Role.VIEWER].headers)
    assert (seen.json()["events_this_month"], seen.json()["month"]) == (42, month.isoformat())
    unknown = await client.put(f"{path}/tier", json={"tier": "gold"}, headers=owner)
    assert unknown.json()["errors"][0]["field"] == "tier"
    wrong = await client.patch("/api/v1/tiers/free", json={"burst_seconds": 0}, headers=owner)
    assert wrong.json()["errors"][0]["field"] == "burst_seconds"


async def test_nobody_else_touches_tiers(
    client: httpx.AsyncClient, team: Team, database: AsyncDatabase, settings: Settings
) -> None:
    admin = team.members[Role.ADMIN].headers
    assert (await client.get("/api/v1/tiers", headers=admin)).status_code == 200
    refused = await client.patch("/api/v1/tiers/free", json={}, headers=admin)
    assert (refused.status_code, refused.json()["type"]) == (403, "forbidden")

    tenant = await database.run(organisations.create, "Tenant")
    owner = await database.run(users.create, "tenant@example.com", None)
    await database.run(memberships.grant, owner.id, tenant.id, Role.OWNER)
    stranger = await signed_in(settings, database, owner)
    refused = await client.patch("/api/v1/tiers/free", json={}, headers=stranger.headers)
    assert refused.status_code == 403
