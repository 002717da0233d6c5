"""PostHog's newer capture protocol against the running services."""

import uuid
from datetime import UTC, datetime, timedelta

from ingest.protocols import posthog_v1
from tests.ingest.services import Ingest


def test_browsers_may_send_the_headers_of_posthog_s_newer_protocol(ingest: Ingest) -> None:
    asked = (
        "authorization,content-encoding,content-type,posthog-attempt,posthog-request-id,"
        "posthog-request-timestamp,posthog-sdk-info"
    )
    origin = {"Origin": "https://shop.example.com"}
    answer = ingest.http.options(
        ingest.url + posthog_v1.PATH,
        headers={
            **origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (200, asked)
    sent = ingest.post(posthog_v1.PATH, json={"batch": [{}]}, headers=origin)
    assert sent.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert "retry-after" in sent.headers["access-control-expose-headers"]


def test_posthog_s_newer_protocol_answers_for_each_event(ingest: Ingest) -> None:
    good, nobody, odd = (str(uuid.uuid4()) for _ in range(3))
    sent = datetime.now(UTC)
    answer = ingest.post(
        posthog_v1.PATH,
        json={
            "created_at": "2026-01-01T00:00:00Z",
            "batch": [
                {
                    "event": "clicked",
                    "uuid": good,
                    "distinct_id": "u1",
                    "timestamp": (sent - timedelta(seconds=10)).isoformat(),
                    "session_id": "s1",
                    "options": {},
                    "properties": {"n": 1},
                },
                {"event": "clicked", "uuid": nobody, "options": {}, "properties": {}},
                {"event": "clicked", "uuid": odd, "distinct_id": "u1", "options": [True]},
            ],
        },
        headers={
            "PostHog-Sdk-Info": "posthog-go/1.2.3",
            "PostHog-Attempt": "1",
            "PostHog-Request-Id": str(uuid.uuid4()),
            "PostHog-Request-Timestamp": (sent + timedelta(hours=1)).isoformat(),
        },
    )
    assert answer.status_code == 200
    reason = "neither user_id nor anonymous_id is given"
    assert answer.json() == {
        "status": 1,
        "accepted": 2,
        "rejected": [
            {
                "index": 1,
                "event_id": nobody,
                "field": "user_id",
                "reason": reason,
                "code": "missing_identity",
            }
        ],
        "results": {
            good: {"result": "ok"},
            nobody: {"result": "drop", "details": f"missing_identity: {reason}"},
            odd: {"result": "ok"},
        },
    }
    rows = {str(row["event_id"]): row for row in ingest.wait_for_rows(2)}
    assert rows[odd]["properties"] == '{"options":[true]}'
    expected = {
        "protocol": "posthog",
        "user_id": "u1",
        "session_id": "s1",
        "library": "posthog-go",
        "library_version": "1.2.3",
        "properties": '{"n":1}',
        "timestamp_rule": "clock_corrected",
    }
    row = rows[good]
    assert {name: row[name] for name in expected} == expected
    before = row["received_at"] - row["timestamp"]
    assert before == timedelta(hours=1, seconds=10)
    (kept,) = ingest.wait_for_rows(1, table="raw.events_rejected")
    assert (kept["protocol"], kept["code"]) == ("posthog", "missing_identity")
