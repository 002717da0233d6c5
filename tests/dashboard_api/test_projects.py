"""Settings of a project over HTTP."""

import httpx

from control_plane.roles import Role
from tests.dashboard_api.conftest import Team


async def test_an_owner_says_how_long_events_are_kept(
    client: httpx.AsyncClient, team: Team
) -> None:
    path = f"/api/v1/projects/{team.project_id}"
    owner = team.members[Role.OWNER].headers
    assert (await client.get(path, headers=owner)).json()["retention_days"] is None

    for days in (400, None):
        body = {"retention_days": days}
        changed = await client.put(f"{path}/retention", json=body, headers=owner)
        assert (changed.status_code, changed.json()["retention_days"]) == (200, days)
        assert (await client.get(path, headers=owner)).json() == changed.json()

    none = await client.put(f"{path}/retention", json={"retention_days": 0}, headers=owner)
    assert none.status_code == 422
    assert none.json()["errors"][0]["field"] == "retention_days"
