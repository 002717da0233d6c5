"""The released libraries for Node.js against running services."""

import json
import uuid

import pytest

from tests.clients import packages
from tests.clients.conftest import INSTALL_SECONDS
from tests.ingest.services import Ingest

pytestmark = [
    pytest.mark.timeout(INSTALL_SECONDS),
    pytest.mark.usefixtures("node_modules"),
]
MOMENT = "2026-01-02T03:04:05.678000"


def test_every_call_of_segment_s_library(ingest: Ingest) -> None:
    packages.run_node("segment.mjs", ingest.write_key, ingest.url)
    rows = {row["type"]: row for row in ingest.wait_for_rows(6)}
    assert set(rows) == {"identify", "track", "page", "screen", "group", "alias"}
    version = packages.version("@segment/analytics-node")
    for row in rows.values():
        assert (row["protocol"], row["user_id"]) == ("segment", "u1")
        assert (row["library"], row["library_version"]) == ("@segment/analytics-node", version)
        assert row["timestamp_rule"] == "clock_corrected"

    track = rows["track"]
    expected = {
        "event_name": "Order Completed",
        "event_id": uuid.UUID("0192f0c8-7b1a-7c3e-9d2f-0123456789ab"),
        "properties": '{"revenue":12.5,"currency":"EUR"}',
        "country": "US",
        "ip": "",
        "locale": "en-GB",
        "utm_source": "letter",
        "utm_medium": "email",
        "utm_campaign": "may",
        "app_version": "1.2",
        "os": "iOS",
        "os_version": "17",
        "platform": "ios",
        "group_id": "g1",
    }
    assert {name: track[name] for name in expected} == expected
    assert json.loads(track["context"]) == {
        "app": {"name": "shop"},
        "device": {"type": "ios", "model": "iPhone"},
        "timezone": "Europe/Prague",
        "groupId": "g1",
    }
    assert track["original_timestamp"].isoformat() == MOMENT

    assert rows["identify"]["traits"] == '{"plan":"pro","age":40}'
    assert rows["identify"]["anonymous_id"] == "a1"
    assert (rows["page"]["event_name"], rows["page"]["url"]) == (
        "page_view",
        "https://example.com/docs",
    )
    assert json.loads(rows["page"]["properties"])["category"] == "Docs"
    assert rows["screen"]["event_name"] == "screen_view"
    assert (rows["group"]["group_id"], rows["group"]["traits"]) == ("g1", '{"seats":3}')
    assert rows["alias"]["previous_id"] == "a1"


@pytest.mark.parametrize("mode", ["v0", "v1"])
def test_every_call_of_posthog_s_library(ingest: Ingest, mode: str) -> None:
    printed = packages.run_node(
        "posthog.mjs", ingest.write_key, ingest.url, POSTHOG_CAPTURE_MODE=mode
    )
    assert json.loads(printed) == {}  # no flag is on
    rows = {row["type"]: row for row in ingest.wait_for_rows(4)}
    version = packages.version("posthog-node")
    for row in rows.values():
        assert row["protocol"] == "posthog"
        assert (row["library"], row["library_version"]) == ("posthog-node", version)

    track = rows["track"]
    expected = {
        "event_name": "Order Completed",
        "event_id": uuid.UUID("0192f0c8-7b1a-7c3e-9d2f-0123456789ab"),
        "user_id": "u1",
        "anonymous_id": "",
        "session_id": "s1",
        "group_id": "acme",
        "url": "https://example.com/cart",
        "path": "/cart",
        "corrections": [],
        "timestamp_rule": "clock_corrected",
    }
    assert {name: track[name] for name in expected} == expected
    properties = json.loads(track["properties"])
    assert (properties["revenue"], properties["currency"]) == (12.5, "EUR")
    assert json.loads(track["context"]) == {"groups": {"company": "acme"}}
    assert track["original_timestamp"].isoformat() == MOMENT

    assert rows["identify"]["user_id"] == "u1"
    assert json.loads(rows["identify"]["traits"]) == {"plan": "pro", "$set_once": {"first": "a"}}
    assert (rows["alias"]["user_id"], rows["alias"]["previous_id"]) == ("u1", "a1")
    group = rows["group"]
    assert (group["group_id"], group["traits"]) == ("acme", '{"seats":3}')
    assert (group["user_id"], group["anonymous_id"]) == ("", "$company_acme")


def test_rudderstack_s_library_labels_gzip_as_a_form(ingest: Ingest) -> None:
    packages.run_node("rudderstack.mjs", ingest.write_key, ingest.url)
    rows = {row["type"]: row for row in ingest.wait_for_rows(3)}
    assert {row["user_id"] for row in rows.values()} == {"u1"}
    assert (rows["identify"]["anonymous_id"], rows["identify"]["traits"]) == (
        "a1",
        '{"plan":"pro"}',
    )
    assert (rows["track"]["event_name"], rows["track"]["properties"]) == ("clicked", '{"n":1}')
    assert rows["track"]["timestamp"].isoformat() == MOMENT
    assert (rows["group"]["group_id"], rows["group"]["traits"]) == ("g1", '{"seats":3}')
    assert {row["platform"] for row in rows.values()} == {"server"}
