"""Every odd event has a stated outcome, and never costs its neighbours."""

import uuid
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.protocols.event_ids import NAMESPACE
from ingest.protocols.rejection import MalformedBody
from ingest.rows import encode_rejected
from tests.ingest.protocols.arrivals import batch, event, process, raw_batch, raw_event

GOOD = raw_event(b"1")


def stored(value: bytes) -> bytes:
    """The properties that are stored for an event whose `x` is `value`, between two good ones."""
    prepared = process(raw_batch(GOOD, raw_event(value), GOOD))
    assert prepared.rejected == []
    assert len(prepared.rows) == 3
    return msgspec.json.encode(prepared.rows[1].properties)


@pytest.mark.parametrize(
    "value",
    [
        b"9223372036854775808",
        b"123456789012345678901234567890",
        b'"\\u0000"',
        b'{"":1}',
        b'{"a":{"b":1},"a.b":2}',
        '"žluťoučký 🐎"'.encode(),
        b"-0.5",
        b"null",
    ],
)
def test_stored_exactly(value: bytes) -> None:
    assert stored(value) == b'{"x":%s}' % value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (b'{"a":1,"a":2}', b'{"a":2}'),  # the last of a repeated key wins, as in JSON.parse
        (b"1E5", b"100000.0"),
        (b"-0", b"0"),
        (b'"\\ud83d\\ude00"', '"😀"'.encode()),
        (b'"\\ud800x"', '"\ufffdx"'.encode()),
        (b'"x\\udfff"', '"x\ufffd"'.encode()),
        (b'"\\\\ud800"', b'"\\\\ud800"'),  # an escaped backslash: no surrogate
    ],
)
def test_stored_in_normal_form(value: bytes, kept: bytes) -> None:
    assert stored(value) == b'{"x":%s}' % kept


def test_a_replaced_surrogate_is_recorded() -> None:
    (row,) = process(raw_batch(raw_event(b'"\\ud800"'))).rows
    assert "lone_surrogate_replaced" in row.corrections


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (raw_event(b"NaN"), "malformed_json"),
        (raw_event(b"Infinity"), "malformed_json"),
        (raw_event(b"01"), "malformed_json"),
        (raw_event(b"1e999"), "number_out_of_range"),
        (raw_event(b'"\xff"'), "invalid_utf8"),
        (raw_event(b'"\xc0\xaf"'), "invalid_utf8"),  # overlong
        (raw_event(b'"\xed\xa0\x80"'), "invalid_utf8"),  # a surrogate in UTF-8
        (raw_event(b'"\x00"'), "malformed_json"),
        (raw_event(b"[" * 1_000 + b"]" * 1_000), "too_deep"),
        (raw_event(b"[" * 100_000 + b"]" * 100_000), "event_too_large"),
        (raw_event(b'{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}'), "too_deep"),
        (raw_event(b'"' + b"x" * 33_000 + b'"'), "event_too_large"),
        (b'{"event":"clicked"}', "missing_identity"),
        (b'{"event":"clicked","user_id":""}', "missing_identity"),
        (b'{"anonymous_id":"a1"}', "missing_event_name"),
        (b'{"anonymous_id":"a1","event":""}', "missing_event_name"),
        (b'{"anonymous_id":"a1","event":"%s"}' % (b"n" * 201), "event_name_too_long"),
        (b'{"anonymous_id":"%s","event":"e"}' % (b"n" * 513), "id_too_long"),
        (b'{"anonymous_id":"a1","event":"e","type":"party"}', "unknown_type"),
        (b'{"anonymous_id":"a1","event":{}}', "invalid_type"),
        (b'{"anonymous_id":"a1","event":"e","properties":[]}', "invalid_type"),
        (b'{"anonymous_id":true,"event":"e"}', "invalid_type"),
        (b"17", "invalid_type"),
        (b"null", "invalid_type"),
    ],
)
def test_rejected_without_cost_to_its_neighbours(bad: bytes, code: str) -> None:
    prepared = process(raw_batch(GOOD, bad, GOOD))
    assert len(prepared.rows) == 2
    (item,) = prepared.rejected
    assert (item.index, item.code) == (1, code)
    (row,) = prepared.rejected_rows
    assert row.code == code
    assert row.payload == bad[: 64 * 1024].decode(errors="backslashreplace")


def test_ten_thousand_keys_are_too_many() -> None:
    properties = {f"k{number}": 1 for number in range(2_000)}
    (item,) = process(batch(event(properties=properties))).rejected
    assert (item.code, item.field) == ("too_many_properties", "properties")
    (item,) = process(batch(event(properties={f"k{n}": 1 for n in range(10_000)}))).rejected
    assert item.code == "event_too_large"


def test_the_greatest_allowed_event_is_taken() -> None:
    deep: Any = 1
    for _ in range(7):
        deep = {"a": deep}
    properties = {**{f"k{number}": 1 for number in range(254)}, "deep": deep}
    prepared = process(batch(event(event="n" * 200, properties=properties)))
    assert prepared.rejected == []
    assert prepared.rows[0].properties == properties


@pytest.mark.parametrize(
    ("given_id", "event_id", "correction"),
    [
        ("0192f0c8-7b1a-7c3e-9d2f-0123456789ab", "0192f0c8-7b1a-7c3e-9d2f-0123456789ab", None),
        ("0192F0C8-7B1A-7C3E-9D2F-0123456789AB", "0192f0c8-7b1a-7c3e-9d2f-0123456789ab", None),
        ("order-17", str(uuid.uuid5(NAMESPACE, "order-17")), "event_id_hashed"),
        (17, str(uuid.uuid5(NAMESPACE, "17")), "event_id_hashed"),
    ],
)
def test_event_ids_become_uuids(given_id: object, event_id: str, correction: str | None) -> None:
    (row,) = process(batch(event(event_id=given_id))).rows
    assert row.event_id == event_id
    assert row.corrections == ((correction,) if correction else ())


@pytest.mark.parametrize("absent", [None, "", "00000000-0000-0000-0000-000000000000"])
def test_an_absent_event_id_is_generated(absent: str | None) -> None:
    (row,) = process(batch(event(event_id=absent))).rows
    assert uuid.UUID(row.event_id).version == 7
    assert row.corrections == ("event_id_generated",)


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


@pytest.mark.parametrize("body", [b'{"events":{}}', b"[]", b'"text"'])
def test_a_body_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody, match="Expected"):
        process(body)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_taken_apart(body: bytes) -> None:
    with suppress(MalformedBody):
        process(body)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60), st.integers(0, 2))
def test_a_corrupted_event_leaves_its_neighbours_or_the_body_is_refused(
    noise: bytes, place: int
) -> None:
    events = [GOOD, GOOD, GOOD]
    events[place] = raw_event(noise)
    try:
        prepared = process(raw_batch(*events))
    except MalformedBody:
        return
    assert len(prepared.rows) + len(prepared.rejected) >= 1
    encode_rejected(prepared.rejected_rows)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), json_values, max_size=8))
def test_properties_are_stored_as_sent(properties: dict[str, Any]) -> None:
    prepared = process(batch(event(properties=properties)))
    if prepared.rejected:
        assert prepared.rejected[0].code == "too_deep"
        return
    assert prepared.rows[0].properties == properties
