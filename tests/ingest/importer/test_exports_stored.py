"""Exports of other products in `raw.events`, through the running ingest API and loader."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.importer.delivery import IngestClient
from ingest.importer.run import ImportRequest, run_import
from tests.ingest.services import Ingest

pytestmark = pytest.mark.timeout(600)

EXPORTS = Path(__file__).parent / "exports"
# Browser, system and device of a web page, seen by each product's own library.
WEB = {
    "url": "https://shop.example/shoes",
    "title": "Schuhe 👟",
    "browser": "Chrome",
    "browser_version": "120",
    "os": "Mac OS X",
    "os_version": "",
    "country": "DE",
    "region": "NRW",
    "city": "Köln",
    "platform": "web",
    "utm_source": "news",
    "is_bot": False,
    "user_agent": "",
    "ip": "",
    "timestamp_rule": "client",
}
FIRST: dict[str, dict[str, Any]] = {
    "segment.ndjson": WEB
    | {
        "type": "track",
        "event_name": "Product Viewed",
        "anonymous_id": "anon-1",
        "user_id": "",
        "session_id": "",
        "timestamp": "2025-03-05 10:00:00.900",
        "url": "https://shop.example/shoes?x=1",
        "path": "/shoes",
        "referrer": "https://www.google.com/",
        "referrer_domain": "google.com",
        "utm_medium": "email",
        "utm_campaign": "spring",
        "channel": "Email",
        "browser_version": "120.0",
        "os_version": "10.15",
        "device_type": "desktop",
        "locale": "de-DE",
        "app_version": "2.1",
        "library": "analytics.js",
        "library_version": "next-1.70.0",
        "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        "properties": {"price": 19.5, "tags": ["a", {"deep": None}], "emoji": "👟"},
        "traits": {},
        "context": {"app": {"name": "Shop"}, "timezone": "Europe/Berlin"},
        "corrections": ["event_id_hashed"],
    },
    "posthog.jsonl": WEB
    | {
        "event_id": "0195c0de-0000-7000-8000-000000000001",
        "type": "page",
        "event_name": "page_view",
        "anonymous_id": "0195c0de-aaaa-7000-8000-000000000001",
        "session_id": "0195c0de-bbbb-7000-8000-000000000001",
        "timestamp": "2025-03-05 10:00:00.900",
        "url": "https://shop.example/shoes?utm_source=news",
        "path": "/shoes",
        "referrer": "",
        "os_version": "10.15.7",
        "device_type": "desktop",
        "utm_medium": "email",
        "utm_campaign": "spring",
        "channel": "Email",
        "screen_width": 1920,
        "screen_height": 1080,
        "locale": "de-DE",
        "app_version": "2.1",
        "library": "web",
        "library_version": "1.210.2",
        "properties": {
            "$host": "shop.example",
            "nothing": None,
            "nested": {"a": [1, {"b": 2}]},
            "$elements_chain": 'a:text="Buy"',
        },
        "traits": {"plan": "pro", "$set_once": {"plan": "free", "first": "x"}},
        "corrections": [],
    },
    "mixpanel.ndjson": WEB
    | {
        "type": "track",
        "event_name": "Signed Up",
        "anonymous_id": "dev-1",
        "title": "",
        "timestamp": "2025-03-05 10:00:00.000",
        "path": "/shoes",
        "screen_width": 1920,
        "screen_height": 1080,
        "app_version": "2.1",
        "library": "web",
        "library_version": "2.55.1",
        "corrections": [],
        "context": {},
    },
    "amplitude.ndjson": WEB
    | {
        "event_id": "0195c0de-0000-11f0-8000-000000000001",
        "type": "page",
        "event_name": "page_view",
        "anonymous_id": "dev-1",
        "session_id": "1741168800000",
        "group_id": "acme",
        "timestamp": "2025-03-05 10:00:00.900",
        "utm_campaign": "spring",
        "locale": "German",
        "library": "amplitude-ts",
        "library_version": "2.3.0",
        "properties": {"nested": {"a": [1, {"b": 2}]}},
        "traits": {"utm_source": "news", "utm_campaign": "spring", "plan": "free"},
        "context": {"device": {"name": "Apple Mac"}, "groups": {"company": ["acme"]}},
        "corrections": [],
    },
}
# Types, people and names of all rows, by time.
PEOPLE = {
    "segment.ndjson": [
        ("identify", "identify", "42", "anon-1", "", ""),
        ("track", "Product Viewed", "", "anon-1", "", ""),
        ("page", "page_view", "42", "anon-1", "", ""),
        ("group", "group", "42", "", "acme", ""),
        ("alias", "alias", "42", "", "", "anon-1"),
    ],
    "posthog.jsonl": [
        ("page", "page_view", "", "0195c0de-aaaa-7000-8000-000000000001", "", ""),
        ("identify", "identify", "42", "0195c0de-aaaa-7000-8000-000000000001", "", ""),
        ("track", "order paid", "42", "", "acme", ""),
        ("group", "group", "42", "", "acme", ""),
        ("alias", "alias", "42", "", "", "old-42"),
        ("screen", "screen_view", "42", "", "", ""),
    ],
    "mixpanel.ndjson": [
        ("track", "Signed Up", "", "dev-1", "", ""),
        ("track", "Signed Up", "42", "dev-1", "", ""),
        ("identify", "identify", "42", "dev-1", "", ""),
        (
            "alias",
            "alias",
            "43",
            "",
            "",
            "162a9bea91d1cb-01213631147e12-3f636c4c-1aeaa0-162a9bea91e8cf",
        ),
        (
            "alias",
            "alias",
            "44",
            "",
            "",
            "162a9bea91d1cb-01213631147e12-3f636c4c-1aeaa0-162a9bea91e8cf",
        ),
        ("page", "page_view", "42", "", "", ""),
        ("track", "Server Side", "someone@example.com", "", "", ""),
    ],
    "amplitude.ndjson": [
        ("page", "page_view", "", "dev-1", "acme", ""),
        ("identify", "identify", "42", "dev-1", "", ""),
        ("track", "Order Completed", "42", "dev-2", "", ""),
        ("group", "group", "42", "dev-2", "acme", ""),
    ],
}


def send(ingest: Ingest, name: str, directory: Path) -> int:
    request = ImportRequest(EXPORTS / name, name.partition(".")[0], ingest.project_id)
    with IngestClient(ingest.url, ingest.write_key, key_is_new=True) as client:
        return run_import(request, client, directory).progress.accepted


def comparable(value: Any) -> Any:
    """As written in the expectations: times and ids as text, JSON as what it means."""
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    return str(value) if value.__class__.__name__ == "UUID" else value


@pytest.mark.parametrize("name", PEOPLE)
def test_an_export_is_in_the_warehouse_with_all_it_says_and_once(
    ingest: Ingest, tmp_path: Path, name: str
) -> None:
    accepted = send(ingest, name, tmp_path / "first")
    assert accepted == len(PEOPLE[name])
    assert send(ingest, name, tmp_path / "second") == accepted
    ingest.send({"event": "last", "user_id": "last"})  # behind the second import
    rows = sorted(ingest.wait_for_rows(accepted + 1, seconds=60), key=lambda row: row["timestamp"])
    rows = [row for row in rows if row["event_name"] != "last"]
    columns = ("type", "event_name", "user_id", "anonymous_id", "group_id", "previous_id")
    assert [tuple(row[column] for column in columns) for row in rows] == PEOPLE[name]
    expected = FIRST[name]
    row = next(row for row in rows if row["event_name"] == expected["event_name"])
    found = {column: comparable(row[column]) for column in expected}
    for column in ("properties", "traits", "context"):
        if column in found:
            found[column] = json.loads(found[column] or "{}")
    assert found == expected


def test_an_event_sent_live_and_imported_later_is_one_row(ingest: Ingest, tmp_path: Path) -> None:
    live = json.loads((EXPORTS / "segment.ndjson").read_text().splitlines()[0])
    assert ingest.post("/v1/batch", json={"batch": [live]}).json()["success"]
    ingest.wait_for_rows(1)
    accepted = send(ingest, "segment.ndjson", tmp_path)
    rows = ingest.wait_for_rows(accepted, seconds=60)
    assert len({row["event_id"] for row in rows}) == accepted
    assert {row["protocol"] for row in rows} == {"segment", "native"}
