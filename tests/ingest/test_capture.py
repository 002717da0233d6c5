"""From an HTTP request to a row of raw.events, through the running services."""

import base64
import gzip
import json
import re
import socket
import time
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
import zstandard

from control_plane.database import Database
from control_plane.keys import KeyKind
from control_plane.repositories import api_keys, projects, rate_tiers
from ingest.capture.routes import ROUTES
from ingest.protocols import posthog_v1
from tests.ingest.services import Ingest, event
from tests.waiting import eventually


def test_an_accepted_event_becomes_a_row(ingest: Ingest) -> None:
    event_id = str(uuid.uuid4())
    answer = ingest.send(
        event(event_id=event_id, event="order_completed", properties={"revenue": 12.5})
    )
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "rejected": []})
    (row,) = ingest.wait_for_rows(1)
    assert str(row["event_id"]) == event_id
    assert row["event_name"] == "order_completed"
    assert row["properties"] == '{"revenue":12.5}'
    assert row["timestamp_rule"] == "received"
    assert row["timestamp"] == row["received_at"]
    assert row["load_id"] > 0


def test_every_column_of_a_page_view(ingest: Ingest) -> None:
    url = "https://shop.example.com/alpha?utm_source=news&utm_medium=email&utm_campaign=may"
    ingest.send(
        event(
            type="page",
            event=None,
            user_id="u1",
            session_id="s1",
            timestamp="2026-01-02T03:04:05.678Z",
            context={
                "page": {"url": url, "title": "Alpha", "referrer": "https://www.google.com/"},
                "locale": "en-GB",
                "screen": {"width": 1280, "height": 800},
                "app": {"name": "shop", "version": "1.2.0"},
                "library": {"name": "web", "version": "0.1"},
                "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/"
                "605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "ip": "83.149.9.216",
                "theme": {"dark": True},
            },
        )
    )
    (row,) = ingest.wait_for_rows(1)
    expected = {
        "type": "page",
        "event_name": "page_view",
        "user_id": "u1",
        "anonymous_id": "a1",
        "session_id": "s1",
        "timestamp_rule": "client",
        "url": url,
        "path": "/alpha",
        "title": "Alpha",
        "referrer": "https://www.google.com/",
        "referrer_domain": "google.com",
        "channel": "Email",
        "utm_source": "news",
        "utm_medium": "email",
        "utm_campaign": "may",
        "browser": "Mobile Safari",
        "browser_version": "17.5",
        "os": "iOS",
        "os_version": "17.5",
        "device_type": "mobile",
        "country": "RU",
        "locale": "en-GB",
        "platform": "web",
        "app_version": "1.2.0",
        "library": "web",
        "library_version": "0.1",
        "screen_width": 1280,
        "screen_height": 800,
        "is_bot": False,
        "ip": "",
        "protocol": "native",
        "context": '{"app":{"name":"shop"},"theme":{"dark":true}}',
    }
    assert {name: row[name] for name in expected} == expected
    assert row["timestamp"].isoformat() == "2026-01-02T03:04:05.678000"
    assert row["timestamp"] == row["original_timestamp"]


def test_a_single_event_needs_no_batch(ingest: Ingest) -> None:
    assert ingest.post("/v1/events", json=event()).json() == {"accepted": 1, "rejected": []}
    ingest.wait_for_rows(1)


def test_partial_success_lists_and_keeps_what_was_rejected(ingest: Ingest) -> None:
    bad = {"event_id": "x-1", "anonymous_id": "a1"}
    answer = ingest.send(event(), bad, event())
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 2,
        "rejected": [
            {
                "index": 1,
                "event_id": "x-1",
                "field": "event",
                "reason": "a track event needs a name",
                "code": "missing_event_name",
            }
        ],
    }
    ingest.wait_for_rows(2)
    (row,) = ingest.wait_for_rows(1, table="raw.events_rejected")
    assert (row["code"], row["field"], row["protocol"]) == (
        "missing_event_name",
        "event",
        "native",
    )
    assert json.loads(row["payload"]) == bad


def test_nothing_accepted_is_a_400_on_the_native_route(ingest: Ingest) -> None:
    answer = ingest.send({"event": "e"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("nothing-accepted", 400)
    assert problem["errors"][0]["code"] == "missing_identity"
    ingest.wait_for_rows(1, table="raw.events_rejected")


def test_nothing_accepted_is_a_200_on_segment_routes(ingest: Ingest) -> None:
    answer = ingest.post("/v1/batch", json={"batch": [{"type": "track"}]})
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 0


def test_malformed_json_is_refused_with_its_position_and_kept(ingest: Ingest) -> None:
    answer = ingest.post("/v1/events", content=b'{"events": [}')
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == "malformed-json"
    assert "at byte 12 (line 1, column 13)" in problem["detail"]
    assert problem["errors"][0]["position"] == 12
    (row,) = ingest.wait_for_rows(1, table="raw.events_rejected")
    assert row["payload"] == '{"events": [}'


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wk_wrong"},
        {"Authorization": "Basic !!!"},
        {"Authorization": ""},
    ],
)
def test_a_wrong_key_is_refused(ingest: Ingest, headers: dict[str, str]) -> None:
    answer = ingest.post("/v1/events", json=event(), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["type"] == "invalid-write-key"
    assert "Bearer" in answer.headers["www-authenticate"]


def test_the_key_may_come_in_four_ways(ingest: Ingest) -> None:
    key = ingest.write_key
    basic = base64.b64encode(f"{key}:".encode()).decode()
    nobody = {"Authorization": ""}
    requests: list[dict[str, Any]] = [
        {"headers": {"Authorization": f"Bearer {key}"}, "json": event()},
        {"headers": {"Authorization": f"Basic {basic}"}, "json": event()},
        {"headers": nobody, "json": {"events": [event()], "write_key": key}},
        {"headers": nobody, "json": event(), "params": {"writeKey": key}},
    ]
    assert [ingest.post("/v1/events", **request).status_code for request in requests] == [200] * 4
    ingest.wait_for_rows(4)


def test_a_new_key_works_at_its_first_request(ingest: Ingest) -> None:
    with Database(ingest.database_url) as database:
        key = database.run(api_keys.create_for_project, ingest.project_id, KeyKind.WRITE)
    headers = {"Authorization": f"Bearer {key.plaintext}"}
    assert ingest.post("/v1/events", json=event(), headers=headers).status_code == 200


def test_a_revoked_key_stops_working(ingest: Ingest) -> None:
    assert ingest.send(event()).status_code == 200
    with Database(ingest.database_url) as database:
        database.run(api_keys.revoke, ingest.write_key)
    deadline = time.monotonic() + 10
    while ingest.send(event()).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert ingest.send(event()).status_code == 401


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_every_route_answers_with_and_without_a_slash(ingest: Ingest, path: str) -> None:
    message = {"type": "track", "event": "e", "userId": "u", "anonymous_id": "a", "batch": None}
    del message["batch"]
    for url in (path, path + "/"):
        assert ingest.post(url, json=message).status_code == 200


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("//v1/batch", "success"),
        ("/v1//track/", "success"),
        ("/v1/v1/batch", "success"),
        ("/api/v1/v1/t", "success"),
        ("/api/v1/batch", "success"),
        ("/v1/beacon/v1/track", "success"),
        ("/v1/i/v0/e/", "status"),
        ("/v1/api/v1/events", "accepted"),
    ],
)
def test_a_host_given_with_a_slash_or_a_version_finds_the_route(
    ingest: Ingest, path: str, member: str
) -> None:
    message = {"type": "track", "event": "e", "userId": "u", "anonymous_id": "a"}
    message |= {"distinct_id": "u"}
    answer = ingest.post(path, json=message)
    assert answer.status_code == 200
    assert (answer.json()[member] in (True, 1), answer.json()["accepted"]) == (True, 1)


def test_a_path_that_is_no_route_is_not_guessed(ingest: Ingest) -> None:
    for path in ("/v1", "/v1/nothing", "/v1/v1/v1/v1/v1/batch", "/shop/v1/batch", "/V1/BATCH"):
        assert ingest.post(path, json={}).status_code == 404


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("compressed", [False, True])
def test_the_content_type_is_not_trusted(
    ingest: Ingest, content_type: str, compressed: bool
) -> None:
    body = json.dumps(event()).encode()
    answer = ingest.post(
        "/v1/events",
        content=gzip.compress(body) if compressed else body,
        headers={"Content-Type": content_type},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("pack", [zlib.compress, zstandard.compress])
@pytest.mark.parametrize("path", ["/v1/events", "/v1/batch", "/batch", posthog_v1.PATH])
def test_bodies_may_be_deflated_or_zstd(
    ingest: Ingest, path: str, pack: Callable[[bytes], bytes]
) -> None:
    message = {"event": "e", "type": "track", "userId": "u", "user_id": "u", "distinct_id": "u"}
    name = "events" if path == "/v1/events" else "batch"
    body = pack(json.dumps({name: [message]}).encode())
    assert ingest.post(path, content=body).json()["accepted"] == 1
    assert ingest.post(path, content=body[:-5]).status_code == 400
    assert ingest.post(path, content=pack(b" " * (50 << 20))).status_code == 413


def test_oversize_bodies_are_refused(ingest: Ingest) -> None:
    many = ingest.send(*[event() for _ in range(2_501)])
    assert (many.status_code, many.json()["type"]) == (413, "too-large")
    padding = "x" * 511
    big = ingest.send(*[event(properties={"x": padding}) for _ in range(1_000)])
    assert big.status_code == 413
    bomb = ingest.post("/v1/events", content=gzip.compress(b" " * (50 << 20)))
    assert bomb.status_code == 413


@pytest.mark.parametrize("path", ["/batch", "/i/v0/ai/batch", posthog_v1.PATH])
def test_batches_as_large_as_posthog_s_libraries_make_them(ingest: Ingest, path: str) -> None:
    """100 events of stack traces; its library for Python drops what is answered with 413."""
    trace = {"event": "$exception", "distinct_id": "u1", "properties": {"trace": "x" * 8_000}}
    hundred, thousand = (
        json.dumps({"api_key": ingest.write_key, "batch": [trace] * count}).encode()
        for count in (100, 1_000)
    )
    for body in (hundred, gzip.compress(hundred)):
        assert ingest.post(path, content=body).json()["accepted"] == 100
        assert ingest.http.post(ingest.url + path, content=body).json()["accepted"] == 100
    assert ingest.post(path, content=thousand).status_code == 413
    assert ingest.post("/v1/batch", content=hundred).status_code == 413


def test_an_endless_body_is_cut_off(ingest: Ingest) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent < 100 << 20:
            sent += 65_536
            yield b" " * 65_536

    with suppress(httpx.TransportError):  # closed while we were still sending
        assert ingest.post("/v1/events", content=endless()).status_code == 413
    assert sent < 20 << 20


def test_a_truncated_gzip_body_is_malformed(ingest: Ingest) -> None:
    body = gzip.compress(json.dumps(event()).encode())
    assert ingest.post("/v1/events", content=body[:-9]).status_code == 400


def test_retries_become_one_row(ingest: Ingest) -> None:
    batch = [event() for _ in range(5)]
    for _ in range(3):
        ingest.send(*batch, *batch)
    ingest.wait_for_rows(5)
    time.sleep(1)
    assert len(ingest.stored("event_id")) == 5


def test_two_projects_may_use_the_same_event_id(ingest: Ingest, own_ingest: Ingest) -> None:
    shared = event()
    ingest.send(shared)
    own_ingest.send(shared)
    ingest.wait_for_rows(1)
    own_ingest.wait_for_rows(1)


def test_preflight_and_cors_headers(ingest: Ingest) -> None:
    answer = ingest.http.options(
        ingest.url + "/v1/events",
        headers={
            "Origin": "https://shop.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,sentat",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert answer.headers["access-control-allow-headers"] == "authorization,sentat"
    assert answer.headers["access-control-max-age"] == "86400"
    refused = ingest.post(
        "/v1/events", content=b"{", headers={"Origin": "https://shop.example.com"}
    )
    assert refused.headers["access-control-allow-origin"] == "https://shop.example.com"


def test_other_methods_and_paths(ingest: Ingest) -> None:
    assert ingest.http.get(ingest.url + "/v1/events").status_code == 405
    missing = ingest.http.get(ingest.url + "/nowhere")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


def test_a_tier_limits_only_its_project(ingest: Ingest, own_ingest: Ingest) -> None:
    with Database(own_ingest.database_url) as database:
        database.run(projects.update, own_ingest.project_id, tier="small")
    time.sleep(2.5)
    first = own_ingest.send(event())
    limit = int(first.headers["ratelimit-limit"])
    assert int(first.headers["ratelimit-remaining"]) == limit - 1
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 100:
        answer = own_ingest.send(*[event() for _ in range(1_000)])
        statuses.append(answer.status_code)
    assert answer.json()["type"] == "rate-limited"
    assert int(answer.headers["retry-after"]) >= 1
    assert ingest.send(event()).status_code == 200


def test_behind_a_trusted_proxy_the_address_is_that_of_the_client(ingest: Ingest) -> None:
    sent = event(event="by_proxy", context={"page": {"url": "https://shop.example.com/"}})
    direct = event(event="direct", context={"page": {"url": "https://shop.example.com/"}})
    ingest.post("/v1/events", json=sent, headers={"X-Forwarded-For": "8.8.8.8"})
    ingest.post("/v1/events", json=direct)
    ingest.wait_for_rows(2)
    assert ingest.query(
        "SELECT event_name, country FROM raw.events WHERE project_id = {project:String} "
        "AND event_name IN ('by_proxy', 'direct') ORDER BY ALL"
    ) == [("by_proxy", "US"), ("direct", "")]


def test_operations_routes(ingest: Ingest) -> None:
    ingest.send(event(event="seen"))
    health = ingest.http.get(ingest.url + "/health").json()
    assert health["status"] == "healthy"
    assert {name: service["status"] for name, service in health["services"].items()} == {
        "database": "healthy",
        "clickhouse": "healthy",
        "redis": "healthy",
        "aws": "not_configured",
    }
    ready = ingest.http.get(ingest.url + "/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    metrics = ingest.http.get(ingest.url + "/metrics").text
    assert (
        f'events_tracked_total{{event_name="seen",project_id="{ingest.project_id}"}} 1.0' in metrics
    )
    assert (
        'http_request_duration_seconds_count{method="POST",route="/v1/events",status="200"}'
        in metrics
    )
    assert re.search(r"^ingest_disk_reserve_bytes [1-9]", metrics, re.MULTILINE)
    loader = ingest.http.get(ingest.loader.probe.replace("/ready", "/metrics")).text
    assert "loader_rows_total" in loader


def test_the_openapi_document_has_the_capture_routes(ingest: Ingest) -> None:
    document = ingest.http.get(ingest.url + "/openapi.json").json()
    paths = document["paths"].keys()
    assert {"/v1/events", "/v1/batch", "/v1/track", "/health", "/ready"} <= paths
    assert ROUTES.keys() <= paths
    assert ingest.http.get(ingest.url + "/docs").status_code == 200


def test_silent_connections_are_closed(ingest: Ingest) -> None:
    host, port = ingest.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=15) as silent:
        silent.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\n")
        started = time.monotonic()
        assert silent.recv(100) == b""
        assert 8 < time.monotonic() - started < 14


def test_an_event_can_be_queried_within_two_seconds(ingest: Ingest) -> None:
    ingest.send(event())
    ingest.wait_for_rows(1)
    delays = []
    for count in range(2, 7):
        ingest.send(event())
        started = time.monotonic()
        ingest.wait_for_rows(count)
        delays.append(time.monotonic() - started)
    assert sorted(delays)[2] < 2.0


def test_a_project_above_its_tier_is_told_when_to_come_back(ingest: Ingest) -> None:
    move_to_tier(ingest, "slow", events_per_second=1, burst_seconds=30)
    eventually(lambda: ingest.send(event()).headers.get("ratelimit-limit") == "30")
    time.sleep(0.2)  # until the share of this process has come
    answers = [ingest.send(*(event() for _ in range(5))) for _ in range(7)]
    refused = answers[-1]
    assert (refused.status_code, refused.json()["type"]) == (429, "rate-limited")
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    assert int(refused.headers["ratelimit-remaining"]) < 5


def test_a_project_above_its_quota_is_refused_for_the_month(ingest: Ingest) -> None:
    move_to_tier(ingest, "scarce", monthly_events=20)
    eventually(lambda: ingest.send(event()).headers.get("ratelimit-limit") == "20")
    assert ingest.send(*(event() for _ in range(19))).headers["ratelimit-remaining"] == "0"
    refused = ingest.send(event())
    assert (refused.status_code, refused.json()["type"]) == (429, "quota-exceeded")
    assert refused.headers["ratelimit-remaining"] == "0"
    assert 1 <= int(refused.headers["retry-after"]) <= 3_600
    move_to_tier(ingest, "unmetered")
    eventually(lambda: ingest.send(event()).status_code == 200)


def move_to_tier(ingest: Ingest, name: str, **settings: int) -> None:
    with Database(ingest.database_url) as database:
        database.run(rate_tiers.save, name, **settings)
        database.run(projects.update, ingest.project_id, tier=name)
