"""Every odd event has a stated outcome, and never costs its neighbours."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from _pytest.mark import ParameterSet

from ingest.arrival import Protocol
from ingest.protocols import posthog
from ingest.protocols.rejection import MalformedBody
from tests.ingest.protocols import hostile_requests as requests
from tests.ingest.protocols.arrivals import (
    NATIVE,
    Processed,
    Stored,
    batch,
    event,
    process,
    raw_batch,
    raw_event,
    segment_protocol,
)
from tests.ingest.protocols.hostile_bodies import BODIES, PROTOCOLS, BodyCase
from tests.ingest.protocols.hostile_cases import CASES, Case

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "hostile-events.md"
POSTHOG = Protocol(posthog.NAME, posthog.decode_envelope, posthog.decode_event)
DECODERS = {"native": NATIVE, "segment": segment_protocol(), "posthog": POSTHOG}
EVENT_ID = "0192f0c8-7b1a-7c3e-9d2f-0000000000aa"
GOOD = raw_event(b"1")


def odd_events() -> Iterator[ParameterSet]:
    """Each case in the protocols that have a member for it."""
    for case in CASES:
        for protocol in PROTOCOLS:
            odd = requests.event(protocol, case, EVENT_ID, "s1")
            if odd is not None:
                name = f"{case.member}-{case.input[:30]}-{protocol}"
                yield pytest.param(protocol, case, odd, id=name)


def odd_bodies() -> Iterator[ParameterSet]:
    """Those that decoders see: packed ones end before them."""
    for case in BODIES:
        for protocol in PROTOCOLS:
            if protocol in case.protocols and case.packed is bytes:
                yield pytest.param(protocol, case, id=f"{case.input}-{protocol}")


def between_good_ones(protocol: str, odd: bytes) -> Processed:
    good = requests.good(protocol, str(uuid4()))
    return process(requests.batch(protocol, [good, odd, good]), DECODERS[protocol])


@pytest.mark.parametrize(("protocol", "case", "odd"), list(odd_events()))
def test_an_odd_event_has_its_stated_outcome(protocol: str, case: Case, odd: bytes) -> None:
    prepared = between_good_ones(protocol, odd)
    if not case.code:
        assert prepared.rejected == []
        first, row, last = prepared.rows
        requests.assert_stored(case, as_stored(row))
    else:
        first, last = prepared.rows
        (item,) = prepared.rejected
        field = requests.rejected_field(protocol, case)
        assert (item.index, item.code, item.field) == (1, case.code, field)
        assert item.reason
        (kept,) = prepared.rejected_rows
        assert (kept.code, kept.field, kept.reason) == (item.code, item.field, item.reason)
        assert kept.payload == odd[: 64 * 1024].decode(errors="backslashreplace")
    assert first.properties == last.properties == {"x": 1}


def as_stored(row: Stored) -> requests.StoredEvent:
    objects = requests.exact_json(row.line)
    return requests.StoredEvent(
        properties=objects.get("properties", {}),
        traits=objects.get("traits", {}),
        context=objects.get("context", {}),
        event_id=row.event_id,
        user_id=row.user_id,
        event_name=row.event_name,
        timestamp=iso(row.timestamp),
        received_at=iso(row.received_at),
        timestamp_rule=row.timestamp_rule,
        corrections=row.corrections,
    )


def iso(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


@pytest.mark.parametrize(("protocol", "case"), list(odd_bodies()))
def test_an_odd_body_has_its_stated_outcome(protocol: str, case: BodyCase) -> None:
    body = requests.body(protocol, case)
    if case.slug != "malformed-json":
        prepared = process(body, DECODERS[protocol])
        assert len(prepared.rows) == case.accepted
        if not case.slug:
            assert tuple(item.code for item in prepared.rejected) == case.codes
        return
    with pytest.raises(MalformedBody) as refused:
        process(body, DECODERS[protocol])
    assert case.detail.replace("KEY", requests.ARRAYS[protocol]) in str(refused.value)


def test_the_page_states_the_outcomes() -> None:
    assert requests.table() in PAGE.read_text()


def test_what_is_too_deep_is_named_with_its_place() -> None:
    deep = b"[" * 1_500 + b"]" * 1_500
    (item,) = process(raw_batch(b'{"a":"b","unknown":[1,%s]}' % deep)).rejected
    assert (item.field, item.reason) == ("unknown", "nested too deeply, 1502 levels")
    with pytest.raises(MalformedBody, match=r"1501 levels in x, at byte 1519 \(line 2,") as refused:
        process(b'{"events":[%s],\n"x":%s}' % (b"{}", deep))
    assert refused.value.position == 1_519


def test_bytes_that_are_not_utf_8_are_named_with_their_place() -> None:
    (item,) = process(raw_batch(b'{"event":"\xff"}')).rejected
    assert item.reason == "not UTF-8 (byte 10)"


def test_a_time_of_sending_that_cannot_be_read_is_recorded() -> None:
    given: list[Any] = [{}, "yesterday", ["2026-11-22"]]
    for sent_at in given:
        (row,) = process(batch(event(timestamp="2026-11-20T00:00:00Z"), sent_at=sent_at)).rows
        assert row.timestamp_rule == "client"
        assert row.corrections == ("event_id_generated", "sent_at_unreadable")


@pytest.mark.parametrize(("protocol", "key"), [("posthog", "api_key"), ("segment", "writeKey")])
def test_an_unreadable_first_event_does_not_cost_the_key_of_the_second(
    protocol: str, key: str
) -> None:
    bad, good = f'{{"{key}":"k","event":"\udcff"}}', f'{{"{key}":"k"}}'
    body = requests.batch(protocol, [bad.encode(errors="surrogateescape"), good.encode()])
    assert DECODERS[protocol].decode_envelope(body).write_key == "k"


def test_the_greatest_allowed_event_is_taken() -> None:
    deep: Any = 1
    for _ in range(7):
        deep = {"a": deep}
    properties = {**{f"k{number}": 1 for number in range(254)}, "deep": deep}
    prepared = process(batch(event(event="n" * 200, properties=properties)))
    assert prepared.rejected == []
    assert prepared.rows[0].properties == properties


def test_numeric_ids_become_text() -> None:
    (row,) = process(batch(event(user_id=42, session_id=17))).rows
    assert (row.user_id, row.session_id) == ("42", "17")


@pytest.mark.parametrize(
    ("body", "position", "message"),
    [
        (b'{"events":[{"event":"a"}', 24, "at byte 24 (line 1, column 25)"),
        (b'{"events":\n [}', 13, "at byte 13 (line 2, column 3)"),
        (b"", 0, "at byte 0 (line 1, column 1)"),
        (b"\xff", 0, "at byte 0 (line 1, column 1)"),
        (b'{"events":[{}]} x', 16, "at byte 16 (line 1, column 17)"),
        (b'{"events":[],"sent_at":NaN}', 23, "at byte 23 (line 1, column 24)"),
    ],
)
def test_a_malformed_body_is_refused_with_its_position(
    body: bytes, position: int, message: str
) -> None:
    with pytest.raises(MalformedBody) as refused:
        process(body)
    assert refused.value.position == position
    assert message in str(refused.value)
