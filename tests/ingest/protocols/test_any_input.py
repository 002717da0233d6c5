"""Whatever is sent, each event is a row or a rejection, and never costs another one."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.arrival import Protocol
from ingest.protocols import posthog
from ingest.protocols.envelope import Envelope
from ingest.protocols.rejection import MalformedBody
from ingest.rows import encode_rejected
from tests.ingest.protocols import hostile_requests as requests
from tests.ingest.protocols.arrivals import NATIVE, Processed, process, segment_protocol
from tests.ingest.protocols.hostile_bodies import PROTOCOLS
from tests.ingest.protocols.hostile_cases import CASES

DECODERS = {
    "native": NATIVE,
    "segment": segment_protocol(),
    "posthog": Protocol(posthog.NAME, posthog.decode_envelope, posthog.decode_event),
}
MEMBERS = (
    "event", "type", "event_id", "messageId", "uuid", "user_id", "userId", "distinct_id",
    "anonymous_id", "session_id", "timestamp", "sentAt", "offset", "name", "properties", "traits",
    "context", "$set", "options", "window_id",
)  # fmt: skip
PROPERTIES = (
    "$set", "$set_once", "$groups", "$group_key", "$device_id", "$is_identified", "$lib",
    "$os_version", "$current_url", "$screen_width", "alias", "token", "url", "title", "page",
    "screen", "ip", "traits", "$ignore_sent_at", "disable_skew_correction",
)  # fmt: skip

protocols = pytest.mark.parametrize("protocol", PROTOCOLS)
texts = st.text(max_size=8)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(PROPERTIES) | texts, values, max_size=4)
events = st.dictionaries(st.sampled_from(MEMBERS), objects | values, max_size=6)
# JSON and its ruins: tokens in any order, which random bytes seldom make.
ruins = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\xff", b"1e999", b"NaN",
         b"null", b"1",
         b'"events":[', b'"batch":[', b'"event":"e"', b'"distinct_id":"d"', b'"properties":{',
         b" ", b"data="]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip


def sent(protocol: str, *given_events: Any) -> Processed:
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in given_events
    ]
    return process(requests.batch(protocol, parts), DECODERS[protocol])


@protocols
@settings(deadline=None, max_examples=150)
@given(body=st.binary(max_size=100) | ruins | st.text(max_size=60).map(str.encode))
def test_any_body_is_taken_apart_or_refused(protocol: str, body: bytes) -> None:
    try:
        envelope = DECODERS[protocol].decode_envelope(body)
    except MalformedBody:
        return
    assert isinstance(envelope, Envelope)
    prepared = process(body, DECODERS[protocol])
    assert len(prepared.rows) + len(prepared.rejected) == len(envelope.events)
    encode_rejected(prepared.rejected_rows)


@protocols
@settings(deadline=None, max_examples=150)
@given(batch=st.lists(events | values, max_size=4))
def test_every_event_is_a_row_or_a_rejection(protocol: str, batch: list[Any]) -> None:
    prepared = sent(protocol, *batch)
    assert len(prepared.rows) + len(prepared.rejected) == len(batch)
    assert all(item.code and item.reason for item in prepared.rejected)
    assert [item.index for item in prepared.rejected] == sorted(
        {item.index for item in prepared.rejected}
    )


@protocols
@settings(deadline=None, max_examples=150)
@given(properties=st.dictionaries(texts.filter(lambda key: key[:1] != "$"), values, max_size=6))
def test_properties_are_stored_as_sent(protocol: str, properties: dict[str, Any]) -> None:
    reserved = {"distinct_id", "token", "api_key", "title", "alias"}
    properties = {key: value for key, value in properties.items() if key not in reserved}
    event = {"event": "e", "type": "track", "user_id": "u", "userId": "u", "distinct_id": "u"}
    prepared = sent(protocol, {**event, "properties": properties})
    for item in prepared.rejected:
        assert item.code == "too_deep"
    for row in prepared.rows:
        stored = requests.exact_json(row.line).get("properties", {})
        assert stored == requests.exact_json(json.dumps(properties))


@protocols
@settings(deadline=None, max_examples=150)
@given(
    odd=st.sampled_from([case for case in CASES if len(case.json) < 40_000]) | events,
    place=st.integers(0, 3),
)
def test_an_odd_event_at_any_place_changes_nothing_for_the_others(
    protocol: str, odd: Any, place: int
) -> None:
    good = [requests.good(protocol, f"0192f0c8-7b1a-7c3e-9d2f-00000000000{n}") for n in range(3)]
    event = odd if isinstance(odd, dict) else requests.event(protocol, odd, "x", "s")
    batch: list[Any] = [*good]
    if event is not None:
        batch.insert(place, event)
    prepared = sent(protocol, *batch)
    assert len(prepared.rows) + len(prepared.rejected) == len(batch)
    stored = [
        row.event_id
        for row in prepared.rows
        if row.event_id.startswith("0192f0c8-7b1a-7c3e-9d2f-00")
    ]
    assert stored == [f"0192f0c8-7b1a-7c3e-9d2f-00000000000{n}" for n in range(3)]
    for item in prepared.rejected:
        assert item.index == place


@protocols
@settings(deadline=None, max_examples=150)
@given(noise=st.binary(max_size=20).filter(lambda noise: not set(noise) & set(b'"[]{}\\,')))
def test_noise_within_an_event_costs_that_event_at_most(protocol: str, noise: bytes) -> None:
    good = requests.good(protocol, "0192f0c8-7b1a-7c3e-9d2f-000000000001")
    prepared = sent(protocol, good, good.replace(b'"x":1', b'"x":' + noise), good)
    assert len(prepared.rows) + len(prepared.rejected) == 3
    assert [item.index for item in prepared.rejected] in ([], [1])
