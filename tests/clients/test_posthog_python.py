"""The released posthog for Python against running services, every field checked."""

import datetime
import json
import uuid

import pytest
from posthog import Posthog
from posthog.version import VERSION

from tests.ingest.services import Ingest


@pytest.mark.parametrize("gzip", [False, True])
def test_every_call_arrives_with_every_field(ingest: Ingest, gzip: bool) -> None:
    problems: list[object] = []
    client = Posthog(
        ingest.write_key,
        host=ingest.url,
        gzip=gzip,
        max_retries=3,
        on_error=lambda error, _: problems.append(error),
    )
    event_id = str(uuid.uuid4())
    client.capture(
        "Order Completed",
        distinct_id="u1",
        properties={
            "revenue": 12.5,
            "currency": "EUR",
            "$session_id": "s1",
            "$current_url": "https://example.com/cart?utm_source=letter&utm_medium=email",
            "$ip": "8.8.8.8",
        },
        groups={"company": "acme"},
        timestamp=datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC),
        uuid=event_id,
    )
    client.capture("seen")  # of nobody
    client.set(distinct_id="u1", properties={"plan": "pro"})
    client.set_once(distinct_id="u1", properties={"first": "a"})
    client.alias(previous_id="a1", distinct_id="u1")
    client.group_identify("company", "acme", {"seats": 3}, distinct_id="u1")
    assert client.get_all_flags("u1") == {}
    client.shutdown()
    assert problems == []

    rows = ingest.wait_for_rows(6)
    assert {row["protocol"] for row in rows} == {"posthog"}
    assert {row["timestamp_rule"] for row in rows} == {"clock_corrected"}
    assert {(row["library"], row["library_version"]) for row in rows} == {
        ("posthog-python", VERSION)
    }

    (track,) = [row for row in rows if row["event_name"] == "Order Completed"]
    expected = {
        "event_id": uuid.UUID(event_id),
        "type": "track",
        "user_id": "u1",
        "anonymous_id": "",
        "session_id": "s1",
        "group_id": "acme",
        "url": "https://example.com/cart?utm_source=letter&utm_medium=email",
        "path": "/cart",
        "utm_source": "letter",
        "utm_medium": "email",
        "channel": "Email",
        "country": "US",
        "ip": "",
        "traits": "",
        "corrections": [],
    }
    assert {name: track[name] for name in expected} == expected
    assert track["original_timestamp"].isoformat() == "2026-01-02T03:04:05.678000"
    assert abs(track["timestamp"] - track["original_timestamp"]).total_seconds() < 60
    assert json.loads(track["context"])["groups"] == {"company": "acme"}
    properties = json.loads(track["properties"])
    assert (properties["revenue"], properties["currency"]) == (12.5, "EUR")
    assert not {"token", "api_key", "distinct_id", "$session_id", "$ip", "$lib"} & set(properties)

    (seen,) = [row for row in rows if row["event_name"] == "seen"]
    assert (seen["user_id"], uuid.UUID(seen["anonymous_id"]).version) == ("", 4)

    traits = [row["traits"] for row in rows if row["type"] == "identify"]
    assert sorted(traits) == ['{"$set_once":{"first":"a"}}', '{"plan":"pro"}']
    (alias,) = [row for row in rows if row["type"] == "alias"]
    assert (alias["user_id"], alias["previous_id"]) == ("u1", "a1")
    (group,) = [row for row in rows if row["type"] == "group"]
    assert (group["user_id"], group["group_id"], group["traits"]) == ("u1", "acme", '{"seats":3}')
