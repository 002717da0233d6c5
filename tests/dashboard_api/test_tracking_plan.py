"""The tracking plan over HTTP: edited, versioned, exported, and what breaks it."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from clickhouse_connect.driver.client import Client

from control_plane.roles import Role
from tests.dashboard_api.conftest import Team
from warehouse.client import connect

ORDER = {
    "description": "An order was paid.",
    "properties": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
}
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Client]:
    client = connect(warehouse_url)
    yield client
    client.close()


@pytest.fixture
def path(team: Team) -> str:
    return f"/api/v1/projects/{team.project_id}/tracking-plan"


@pytest.fixture
def admin(team: Team) -> dict[str, str]:
    return team.members[Role.ADMIN].headers


async def test_a_plan_is_edited_event_by_event(
    client: httpx.AsyncClient, path: str, admin: dict[str, str]
) -> None:
    assert (await client.get(path, headers=admin)).json()["version"] == 0
    made = await client.put(f"{path}/events/shop/order paid", json=ORDER, headers=admin)
    assert made.json()["events"] == {"shop/order paid": ORDER}
    mode = {"mode": "enforce", "unknown_events": "reject"}
    assert (await client.patch(path, json=mode, headers=admin)).json()["mode"] == "enforce"
    removed = await client.delete(f"{path}/events/shop/order paid", headers=admin)
    assert removed.json()["events"] == {}
    restored = await client.post(f"{path}/versions/1/restore", headers=admin)
    assert (restored.json()["version"], restored.json()["mode"]) == (4, "off")

    listed = (await client.get(f"{path}/versions?limit=3", headers=admin)).json()
    assert [(v["version"], v["note"], v["author"]) for v in listed["versions"]] == [
        (4, "restored version 1", "admin@example.com"),
        (3, "removed shop/order paid", "admin@example.com"),
        (2, "mode enforce, unknown_events reject", "admin@example.com"),
    ]
    older = await client.get(f"{path}/versions?before={listed['cursor']}", headers=admin)
    assert [v["version"] for v in older.json()["versions"]] == [1]
    second = await client.get(f"{path}/versions/2", headers=admin)
    assert second.json()["unknown_events"] == "reject"


async def test_an_invalid_schema_is_refused_field_by_field(
    client: httpx.AsyncClient, path: str, admin: dict[str, str]
) -> None:
    wrong = {
        "properties": {"properties": {"a": {"type": "nubmer"}, "b": {"minimum": "x"}}},
        "mode": "loud",
    }
    answer = await client.put(f"{path}/events/x", json=wrong, headers=admin)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid-tracking-plan")
    assert {error["field"] for error in answer.json()["errors"]} == {
        "mode", "properties.properties.a.type", "properties.properties.b.minimum",
    }  # fmt: skip
    remote = {"events": {"x": {"traits": {"$ref": "https://example.com/s.json"}}}}
    answer = await client.put(path, json=remote, headers=admin)
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("events.x.traits.$ref", "remote_reference")


async def test_a_plan_changed_meanwhile_is_not_overwritten(
    client: httpx.AsyncClient, path: str, admin: dict[str, str]
) -> None:
    await client.put(path, json={"events": {"a": {}}}, headers=admin)
    stale = await client.put(f"{path}?expected_version=0", json={"events": {}}, headers=admin)
    assert (stale.status_code, stale.json()["type"]) == (409, "changed-meanwhile")


async def test_the_file_comes_back_as_it_was_exported(
    client: httpx.AsyncClient, path: str, admin: dict[str, str]
) -> None:
    await client.put(path, json={"mode": "warn", "events": {"b": ORDER, "a": {}}}, headers=admin)
    exported = await client.get(f"{path}/file", headers=admin)
    assert exported.headers["content-type"].startswith("application/yaml")
    imported = await client.put(
        f"{path}/file", content="# reviewed\n" + exported.text, headers=admin
    )
    assert imported.json()["version"] == 1
    again = await client.get(f"{path}/file", headers=admin)
    assert again.text == exported.text
    broken = await client.put(f"{path}/file", content="a: [", headers=admin)
    assert broken.json()["errors"][0]["field"] == "file"


async def test_viewers_read_and_only_admins_write(
    client: httpx.AsyncClient, path: str, team: Team
) -> None:
    analyst = team.members[Role.ANALYST].headers
    assert (await client.get(path, headers=analyst)).status_code == 200
    refused = await client.put(f"{path}/events/x", json={}, headers=analyst)
    assert refused.status_code == 403


async def test_violations_and_unknown_events_are_counted_by_project(
    client: httpx.AsyncClient, path: str, admin: dict[str, str], team: Team, warehouse: Client
) -> None:
    await client.put(path, json={"mode": "warn", "events": {"order": ORDER}}, headers=admin)
    missing = "properties.id: required"
    stored = [
        stored_event(team.project_id, "order", [missing], 1),
        stored_event(team.project_id, "order", [missing, "properties.n: type integer"], 2),
        stored_event(team.project_id, "order", [], 3),
        stored_event(team.project_id, "new", ["unknown_event"], 4),
        stored_event(team.project_id, "new", ["unknown_event"], 5),
        stored_event(team.other_project_id, "secret", ["unknown_event", missing], 6),
    ]
    insert(warehouse, "raw.events", stored)
    insert(warehouse, "raw.events_rejected", [rejected_event(team.project_id)])

    answer = await client.get(f"{path}/violations", headers=admin)
    found = [
        (row["event_name"], row["violation"], row["outcome"], row["events"])
        for row in answer.json()["violations"]
    ]
    assert found == [
        ("order", missing, "stored", 2),
        ("order", missing, "rejected", 1),
        ("order", "properties.n: type integer", "stored", 1),
    ]
    first = answer.json()["violations"][0]
    assert first["last_seen"] == (NOW + timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
    assert set(first["sample_ids"]) == {stored[0]["event_id"], stored[1]["event_id"]}
    assert json.loads(first["sample"]) == {"n": 2}

    answer = await client.get(f"{path}/unknown-events", headers=admin)
    (unknown,) = answer.json()["unknown_events"]
    assert (unknown["event_name"], unknown["stored"], unknown["rejected"]) == ("new", 2, 0)
    assert unknown["first_seen"] == (NOW + timedelta(seconds=4)).isoformat().replace("+00:00", "Z")
    await client.put(f"{path}/events/new", json={}, headers=admin)
    answer = await client.get(f"{path}/unknown-events", headers=admin)
    assert answer.json()["unknown_events"] == []


def stored_event(project_id: str, name: str, violations: list[str], second: int) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "event_id": str(uuid.uuid4()),
        "type": "track",
        "event_name": name,
        "violations": violations,
        "properties": json.dumps({"n": second}),
        "received_at": NOW + timedelta(seconds=second),
    }


def rejected_event(project_id: str) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "received_at": NOW,
        "code": "plan_violation",
        "field": "properties.id",
        "reason": "properties.id: required",
        "protocol": "native",
        "payload": '{"event":"order"}',
        "_stream": 1,
        "_frame": 2,
        "_row": 3,
    }


def insert(warehouse: Client, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    warehouse.insert(table, [list(row.values()) for row in rows], column_names=columns)
