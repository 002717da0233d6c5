"""The released posthog for Python against running services, every field checked."""

import datetime
import json
import uuid
from typing import Any

import pytest
from posthog import Posthog
from posthog.capture_v1 import CaptureV1Error
from posthog.version import VERSION

from tests.ingest.services import Ingest

WAYS = {
    "v0": {"capture_mode": "v0"},
    "v0 gzip": {"capture_mode": "v0", "gzip": True},
    **{
        f"v1 {compression}": {"capture_mode": "v1", "capture_compression": compression}
        for compression in ("none", "gzip", "deflate", "zstd")
    },
}


def client_of(ingest: Ingest, problems: list[Any], **options: Any) -> Posthog:
    return Posthog(
        ingest.write_key,
        host=ingest.url,
        max_retries=3,
        on_error=lambda error, _: problems.append(error),
        **options,
    )


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)
def test_every_call_arrives_with_every_field(ingest: Ingest, options: dict[str, Any]) -> None:
    problems: list[Any] = []
    client = client_of(ingest, problems, **options)
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
    client.group_identify("company", "acme", {"seats": 3})
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
    assert "options" not in properties

    (seen,) = [row for row in rows if row["event_name"] == "seen"]
    assert (seen["user_id"], uuid.UUID(seen["anonymous_id"]).version) == ("", 4)

    traits = [row["traits"] for row in rows if row["type"] == "identify"]
    assert sorted(traits) == ['{"$set_once":{"first":"a"}}', '{"plan":"pro"}']
    (alias,) = [row for row in rows if row["type"] == "alias"]
    assert (alias["user_id"], alias["previous_id"]) == ("u1", "a1")
    (group,) = [row for row in rows if row["type"] == "group"]
    assert (group["user_id"], group["anonymous_id"]) == ("", "$company_acme")
    assert (group["group_id"], group["traits"]) == ("acme", '{"seats":3}')


def test_the_newer_protocol_tells_of_each_event_that_was_refused(ingest: Ingest) -> None:
    problems: list[Any] = []
    client = client_of(ingest, problems, capture_mode="v1")
    long_name, too_many = str(uuid.uuid4()), str(uuid.uuid4())
    client.capture("first", distinct_id="u1")
    client.capture("n" * 201, distinct_id="u1", uuid=long_name)
    properties = {f"p{number}": number for number in range(300)}
    client.capture("much", distinct_id="u1", uuid=too_many, properties=properties)
    client.capture("last", distinct_id="u1")
    client.shutdown()

    assert all(isinstance(problem, CaptureV1Error) for problem in problems)
    assert {problem.status for problem in problems} == {200}
    drops = dict(drop for problem in problems for drop in problem.drops)
    assert set(drops) == {long_name, too_many}
    assert drops[long_name] == (
        "event_name_too_long: the name has 201 characters, the limit is 200"
    )
    assert drops[too_many].startswith("too_many_properties: ")
    assert {row["event_name"] for row in ingest.wait_for_rows(2)} == {"first", "last"}
    kept = ingest.wait_for_rows(2, table="raw.events_rejected")
    assert {row["code"] for row in kept} == {"event_name_too_long", "too_many_properties"}


def test_options_of_the_newer_protocol_mean_what_the_properties_do(ingest: Ingest) -> None:
    problems: list[Any] = []
    client = client_of(ingest, problems, capture_mode="v1")
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC)
    properties = {"$ignore_sent_at": True, "$process_person_profile": False, "$window_id": "w1"}
    client.capture("exact", distinct_id="d1", properties=properties, timestamp=moment)
    client.shutdown()
    assert problems == []
    (row,) = ingest.wait_for_rows(1)
    assert (row["user_id"], row["anonymous_id"]) == ("", "d1")
    assert (row["timestamp_rule"], row["timestamp"].isoformat()) == (
        "client",
        "2026-01-02T03:04:05.678000",
    )
    assert properties.items() <= json.loads(row["properties"]).items()


def test_a_wrong_key_ends_the_newer_protocol_s_attempts_at_once(ingest: Ingest) -> None:
    problems: list[Any] = []
    client = Posthog(
        "wk_wrong",
        host=ingest.url,
        capture_mode="v1",
        on_error=lambda error, _: problems.append(error),
    )
    client.capture("lost", distinct_id="u1")
    client.shutdown()
    (problem,) = problems
    assert (problem.status, problem.attempts) == (401, 1)
    assert problem.message.startswith("No active write key was sent")
