"""PostHog's newer protocol: what its headers and events say lands where the older one's does."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.capture.routes import ROUTES
from ingest.protocols import posthog, posthog_v1
from tests.ingest.protocols import hostile_requests as requests
from tests.ingest.protocols.arrivals import Processed, process
from tests.ingest.protocols.hostile_cases import CASES, Case
from tests.ingest.protocols.test_any_input import values

UUID = "0192f0c8-7b1a-7c3e-9d2f-0123456789ab"
OTHER = "0192f0c8-7b1a-7c3e-9d2f-0123456789ac"
HEADERS = {
    b"posthog-sdk-info": b"posthog-python/7.91.1",
    b"posthog-request-timestamp": b"2026-11-22T10:00:05.123+00:00",
}
HAPPENED_AT = "2026-11-22T10:00:00.000+00:00"  # 5.123 s before it was sent


def prepared(*events: Any, headers: dict[bytes, bytes] = HEADERS, **fields: Any) -> Processed:
    make = ROUTES[posthog_v1.PATH].by_headers
    assert make is not None
    body = json.dumps({"created_at": "2026-11-22T09:00:00+00:00", "batch": events, **fields})
    return process(body.encode(), make(headers))


def event(**fields: Any) -> dict[str, Any]:
    return {
        "event": "clicked",
        "uuid": UUID,
        "distinct_id": "u1",
        "timestamp": HAPPENED_AT,
        "options": {},
        "properties": {},
        **fields,
    }


def row_of(headers: dict[bytes, bytes] = HEADERS, /, **fields: Any) -> Any:
    result = prepared(event(**fields), headers=headers)
    assert result.rejected == []
    return result.rows[0]


def test_headers_say_the_library_and_when_it_was_sent() -> None:
    row = row_of()
    assert (row.protocol, row.event_id, row.user_id) == ("posthog", UUID, "u1")
    assert (row.library, row.library_version) == ("posthog-python", "7.91.1")
    assert row.timestamp_rule == "clock_corrected"
    assert row.timestamp.isoformat() == "2026-11-22T09:59:55+00:00"
    assert row.sent_at.isoformat() == "2026-11-22T10:00:05.123000+00:00"
    assert (row.properties, row.corrections) == ({}, ())


def test_the_library_decides_whose_id_it_is_as_if_the_event_named_it() -> None:
    made_up: dict[str, Any] = {"distinct_id": UUID, "properties": {"$lib": "posthog-node"}}
    assert row_of(**made_up).user_id == UUID
    web = {**HEADERS, b"posthog-sdk-info": b"web/1.449.2"}
    assert (row_of(web, **made_up).user_id, row_of(web, **made_up).anonymous_id) == ("", UUID)
    alias = row_of(event="$create_alias", properties={"alias": "u1"}, distinct_id="a1")
    assert (alias.user_id, alias.previous_id) == ("u1", "a1")


@pytest.mark.parametrize(
    "sent", [b"", b"/", b"posthog-go", b"/1.0", b"posthog-go/", b" / ", b"x" * 199 + b"/1"]
)
def test_a_library_that_cannot_be_read_is_none(sent: bytes) -> None:
    row = row_of({**HEADERS, b"posthog-sdk-info": sent})
    assert (row.library, row.library_version, row.properties) == ("", "", {})


def test_a_library_may_have_a_slash_in_its_name() -> None:
    row = row_of({b"posthog-sdk-info": b" posthog/sub / 2.3 "})
    assert (row.library, row.library_version) == ("posthog/sub", "2.3")


def test_what_stands_beside_the_properties_is_stored_as_if_it_were_among_them() -> None:
    options = {
        "cookieless_mode": True,
        "disable_skew_correction": False,
        "product_tour_id": "t1",
        "process_person_profile": False,
    }
    row = row_of(session_id="s1", window_id="w1", options=options, properties={"n": 1})
    assert row.session_id == "s1"
    assert (row.user_id, row.anonymous_id) == ("", "u1")  # no profile: nobody who is known
    assert row.properties == {
        "n": 1,
        "$window_id": "w1",
        "$cookieless_mode": True,
        "$ignore_sent_at": False,
        "$product_tour_id": "t1",
        "$process_person_profile": False,
    }
    assert row.timestamp_rule == "clock_corrected"


def test_a_clock_that_is_said_to_be_right_is_not_corrected() -> None:
    said: tuple[dict[str, Any], ...] = (
        {"options": {"disable_skew_correction": True}},
        {"properties": {"$ignore_sent_at": True}},
    )
    for fields in said:
        row = row_of(**fields)
        assert (row.timestamp_rule, row.timestamp.isoformat()) == (
            "client",
            "2026-11-22T10:00:00+00:00",
        )
        assert (row.sent_at, row.corrections) == (None, ())


def test_other_events_of_the_batch_are_corrected_all_the_same() -> None:
    exempt = event(uuid=OTHER, options={"disable_skew_correction": True})
    rules = [row.timestamp_rule for row in prepared(event(), exempt, event()).rows]
    assert rules == ["clock_corrected", "client", "clock_corrected"]


def test_old_events_keep_their_times() -> None:
    (row,) = prepared(event(), historical_migration=True).rows
    assert (row.timestamp_rule, row.timestamp.isoformat()) == (
        "client",
        "2026-11-22T10:00:00+00:00",
    )


def test_a_time_of_sending_that_cannot_be_read_is_recorded() -> None:
    row = row_of({b"posthog-request-timestamp": b"yesterday"})
    assert (row.timestamp_rule, row.corrections) == ("client", ("sent_at_unreadable",))
    assert row_of({}).timestamp_rule == "client"


def test_set_and_groups_are_read_among_the_properties() -> None:
    properties = {
        "$set": {"plan": "pro"},
        "$set_once": {"first": "a"},
        "$groups": {"company": "acme"},
        "$current_url": "https://shop.example.com/cart?utm_source=letter",
    }
    row = row_of(event="$identify", properties=properties)
    assert (row.type, row.group_id, row.url) == ("identify", "acme", properties["$current_url"])
    assert row.traits == {"plan": "pro", "$set_once": {"first": "a"}}
    assert (row.utm_source, row.properties) == ("letter", {})


@pytest.mark.parametrize("options", ["x", 1, [1], True, {"unknown": 1}])
def test_options_that_are_not_understood_are_kept_as_a_property(options: Any) -> None:
    assert row_of(options=options).properties == {"options": options}


def test_an_option_of_another_type_is_kept_and_has_no_effect() -> None:
    options = {"process_person_profile": "no", "disable_skew_correction": [True]}
    row = row_of(options=options, session_id={"a": 1})
    assert (row.user_id, row.session_id, row.timestamp_rule) == ("u1", "", "clock_corrected")
    assert row.properties == {
        "$session_id": {"a": 1},
        "$ignore_sent_at": [True],
        "$process_person_profile": "no",
    }


def results(*events: Any, **reasons: str) -> dict[str, Any]:
    texts = [sent if isinstance(sent, bytes) else json.dumps(sent).encode() for sent in events]
    told = {int(place.removeprefix("at_")): reason for place, reason in reasons.items()}
    return posthog_v1.results(texts, told)


def test_each_event_has_its_result_by_the_id_that_was_sent() -> None:
    sent = [event(), event(uuid="Order-17"), event(uuid=17), event(uuid=OTHER)]
    assert results(*sent, at_1="bad", at_3="worse") == {
        UUID: {"result": "ok"},
        "Order-17": {"result": "drop", "details": "bad"},
        "17": {"result": "ok"},
        OTHER: {"result": "drop", "details": "worse"},
    }


def test_of_events_with_one_id_the_rejected_one_counts() -> None:
    dropped = {UUID: {"result": "drop", "details": "bad"}}
    assert results(event(), event(), at_0="bad") == dropped
    assert results(event(), event(), at_1="bad") == dropped


@pytest.mark.parametrize(
    "odd",
    [
        b'{"properties":{"uuid":"other","x":NaN},"uuid" : "%s"}',
        b'{"uuid":"%s","event":"\\ud800"}',
        b'{"uuid":"%s","x":' + b"[" * 3_000 + b"]" * 3_000 + b"}",
        b'{"uuid":"%s","event":\xff}',
    ],
)
def test_an_event_that_is_no_json_has_a_result_if_its_id_can_be_seen(odd: bytes) -> None:
    assert results(odd % UUID.encode(), at_0="bad") == {UUID: {"result": "drop", "details": "bad"}}


@pytest.mark.parametrize(
    "sent", [b"", b"null", b"{}", b"NaN", b'{"uuid":NaN}', b'{"uuid":""}', b'{"uuid":{}}']
)
def test_an_event_without_an_id_has_no_result(sent: bytes) -> None:
    assert results(sent, at_0="bad") == {}


@settings(deadline=None, max_examples=150)
@given(
    odd=st.fixed_dictionaries(
        {},
        optional={
            "options": values | st.dictionaries(st.sampled_from([*dict(posthog.OPTIONS)]), values),
            "session_id": values,
            "window_id": values,
            "properties": values,
            "distinct_id": values,
            "timestamp": values,
        },
    )
    | st.sampled_from([case for case in CASES if case.json and len(case.json) < 40_000]),
)
def test_an_odd_event_is_a_row_or_dropped_and_costs_no_other(odd: Any) -> None:
    text = (
        requests.event("posthog", odd, UUID, "s")
        if isinstance(odd, Case)
        else json.dumps(event(**odd)).encode()
    )
    good = json.dumps(event(uuid=OTHER)).encode()
    make = ROUTES[posthog_v1.PATH].by_headers
    assert make is not None
    batch = [good, text or good, good]
    result = process(requests.batch("posthog", batch), make(HEADERS))
    assert len(result.rows) + len(result.rejected) == 3
    assert all(item.index == 1 for item in result.rejected)
    assert result.rows[0].event_id == result.rows[-1].event_id == OTHER
