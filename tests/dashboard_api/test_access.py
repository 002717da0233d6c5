"""Role by endpoint, as a table over the OpenAPI document: a new endpoint cannot be forgotten."""

from itertools import product
from typing import Any

import httpx
from fastapi import FastAPI

from control_plane.roles import Role
from dashboard_api.application import routes_by_operation
from dashboard_api.schema import METHODS
from tests.dashboard_api.conftest import Team

# What each endpoint asks of a caller. None: anybody. "user": any valid credential.
EXPECTED: dict[str, str | None] = {
    "getRegistration": None,
    "register": None,
    "login": None,
    "refresh": None,
    "logout": None,
    "getHealth": None,
    "getMetrics": None,
    "getMe": "user",
    "listProjects": "user",
    "getProject": "viewer",
    "listKeys": "admin",
    "createKey": "admin",
    "getTrackingPlan": "viewer",
    "replaceTrackingPlan": "admin",
    "setTrackingPlanMode": "admin",
    "setTrackingPlanEvent": "admin",
    "removeTrackingPlanEvent": "admin",
    "listTrackingPlanVersions": "viewer",
    "getTrackingPlanVersion": "viewer",
    "restoreTrackingPlanVersion": "admin",
    "exportTrackingPlan": "viewer",
    "importTrackingPlan": "admin",
    "listPlanViolations": "viewer",
    "listUnknownEvents": "viewer",
    "listRejectedEvents": "viewer",
    "getRejectedEvent": "viewer",
    "replayRejectedEvents": "admin",
    "discardRejectedEvents": "admin",
    "listTiers": "user",
    "changeTier": "user",
    "setProjectTier": "owner",
    "setProjectRetention": "owner",
    "getProjectLimits": "viewer",
    "getCatalog": "viewer",
    "runQuery": "viewer",
    "getOverview": "viewer",
    "getDataQuality": "viewer",
    "ask": "viewer",
}

BODIES: dict[str, Any] = {
    "createKey": {"kind": "write"},
    "replaceTrackingPlan": {},
    "setTrackingPlanMode": {},
    "setTrackingPlanEvent": {},
    "replayRejectedEvents": {"ids": ["1-2-3"]},
    "discardRejectedEvents": {"ids": ["1-2-3"]},
    "changeTier": {},
    "setProjectTier": {"tier": "unmetered"},
    "setProjectRetention": {"retention_days": 400},
    "runQuery": {"kind": "metrics", "metrics": ["none"], "time": {"last": {"n": 1, "unit": "day"}}},
    "ask": {"question": "?"},
}


IN_PATHS = {"event_name": "none", "version": 1, "rejected_id": "1-2-3", "name": "free"}


def operations(app: FastAPI) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_every_endpoint_stands_in_the_table(app: FastAPI) -> None:
    declared = {
        name: operation.get("x-required-role", "user" if operation["security"] else None)
        for name, (_, _, operation) in operations(app).items()
    }

    assert declared == EXPECTED
    assert set(routes_by_operation()) == set(EXPECTED)


async def call(
    client: httpx.AsyncClient, app: FastAPI, name: str, project_id: str, headers: dict[str, str]
) -> httpx.Response:
    method, path, operation = operations(app)[name]
    named = {parameter["name"] for parameter in operation.get("parameters", [])}
    return await client.request(
        method,
        path.format(project_id=project_id, **IN_PATHS),
        params={"project_id": project_id} if "project_id" in named and "{" not in path else None,
        json=BODIES.get(name),
        headers=headers,
    )


GUARDED = sorted(name for name, role in EXPECTED.items() if role is not None)
WITH_ROLE = sorted(name for name, role in EXPECTED.items() if role not in (None, "user"))


async def test_nobody_gets_in_without_credentials(
    app: FastAPI, client: httpx.AsyncClient, team: Team
) -> None:
    for name in GUARDED:
        answer = await call(client, app, name, team.project_id, {})
        assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated"), name


async def test_roles_get_what_they_may_and_no_more(
    app: FastAPI, client: httpx.AsyncClient, team: Team
) -> None:
    for name, (role, member) in product(WITH_ROLE, team.members.items()):
        answer = await call(client, app, name, team.project_id, member.headers)
        is_allowed = role.includes(Role(str(EXPECTED[name])))
        assert (answer.status_code == 403) is not is_allowed, (name, role, answer.text)
        assert answer.status_code != 401, (name, role)


async def test_another_tenants_project_does_not_exist(
    app: FastAPI, client: httpx.AsyncClient, team: Team
) -> None:
    owner = team.members[Role.OWNER]
    for name in WITH_ROLE:
        answer = await call(client, app, name, team.other_project_id, owner.headers)
        assert (answer.status_code, answer.json()["type"]) == (404, "unknown-project"), name


async def test_a_read_key_reads_its_project_and_nothing_else(
    client: httpx.AsyncClient, team: Team
) -> None:
    headers = {"authorization": f"Bearer {team.read_key}"}

    projects = await client.get("/api/v1/projects", headers=headers)
    keys = await client.get(f"/api/v1/projects/{team.project_id}/keys", headers=headers)
    me = await client.get("/api/v1/auth/me", headers=headers)

    assert [project["id"] for project in projects.json()["projects"]] == [team.project_id]
    assert keys.status_code == 403
    assert me.status_code == 401


async def test_a_write_key_reads_nothing(client: httpx.AsyncClient, team: Team) -> None:
    headers = {"authorization": f"Bearer {team.write_key}"}
    answer = await client.get("/api/v1/projects", headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (403, "write-key")


async def test_keys_show_their_secret_once(client: httpx.AsyncClient, team: Team) -> None:
    admin = team.members[Role.ADMIN].headers
    path = f"/api/v1/projects/{team.project_id}/keys"

    created = await client.post(path, json={"kind": "read", "name": "BI"}, headers=admin)
    listed = await client.get(path, headers=admin)

    key = created.json()
    assert key["key"].startswith("rk_")
    assert key["key"].startswith(key["prefix"])
    assert key["key"] not in listed.text
    assert key["id"] in {each["id"] for each in listed.json()["keys"]}
    use = await client.get("/api/v1/projects", headers={"authorization": f"Bearer {key['key']}"})
    assert use.status_code == 200


async def test_only_an_owner_may_freeze_the_clock(client: httpx.AsyncClient, team: Team) -> None:
    answer = await client.post(
        "/api/v1/ai/query",
        json={"question": "events yesterday", "now": "2015-05-20T12:00:00Z"},
        headers=team.members[Role.ADMIN].headers,
    )

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["field"] == "now"
