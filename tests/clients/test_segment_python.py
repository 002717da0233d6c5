"""The released segment-analytics-python against running services, every field checked."""

import datetime
import uuid

import segment.analytics
from segment.analytics.client import Client

from tests.ingest.services import Ingest


def test_every_call_arrives_with_every_field(ingest: Ingest) -> None:
    problems: list[object] = []
    client = Client(
        ingest.write_key,
        host=ingest.url,
        gzip=True,
        max_retries=3,
        on_error=lambda error, _: problems.append(error),
    )
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC)
    message_id = str(uuid.uuid4())
    client.identify("u1", {"plan": "pro", "age": 40}, anonymous_id="a1")
    client.track(
        "u1",
        "Order Completed",
        {"revenue": 12.5, "currency": "EUR"},
        context={"ip": "8.8.8.8", "locale": "en-GB"},
        timestamp=moment,
        message_id=message_id,
    )
    client.page("u1", "Docs", "Home", {"url": "https://example.com/docs"})
    client.screen("u1", "App", "Start")
    client.group("u1", "g1", {"seats": 3})
    client.alias("a1", "u1")
    client.flush()
    client.join()
    assert problems == []

    rows = {row["type"]: row for row in ingest.wait_for_rows(6)}
    assert set(rows) == {"identify", "track", "page", "screen", "group", "alias"}
    assert {row["protocol"] for row in rows.values()} == {"segment"}
    assert {row["library"] for row in rows.values()} == {"analytics-python"}
    assert {row["library_version"] for row in rows.values()} == {segment.analytics.version.VERSION}
    assert {row["platform"] for row in rows.values() if not row["url"]} == {"server"}

    track = rows["track"]
    assert str(track["event_id"]) == message_id
    assert track["event_name"] == "Order Completed"
    assert track["properties"] == '{"revenue":12.5,"currency":"EUR"}'
    assert (track["country"], track["ip"], track["locale"]) == ("US", "", "en-GB")
    assert track["original_timestamp"].isoformat() == "2026-01-02T03:04:05.678000"
    assert track["timestamp_rule"] == "clock_corrected"
    assert abs(track["timestamp"] - track["original_timestamp"]).total_seconds() < 60

    assert rows["identify"]["traits"] == '{"plan":"pro","age":40}'
    assert (rows["identify"]["user_id"], rows["identify"]["anonymous_id"]) == ("u1", "a1")
    assert rows["page"]["event_name"] == "page_view"
    assert rows["page"]["url"] == "https://example.com/docs"
    assert '"name":"Home"' in rows["page"]["properties"]
    assert rows["screen"]["event_name"] == "screen_view"
    assert (rows["group"]["group_id"], rows["group"]["traits"]) == ("g1", '{"seats":3}')
    assert (rows["alias"]["previous_id"], rows["alias"]["user_id"]) == ("a1", "u1")
