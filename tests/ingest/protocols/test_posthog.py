"""PostHog's events in our columns."""

import base64
import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.arrival import Protocol
from ingest.protocols import posthog
from ingest.protocols.rejection import MalformedBody
from ingest.rows import encode_rejected
from tests.ingest.protocols.arrivals import Processed, process

POSTHOG = Protocol(posthog.NAME, posthog.decode_envelope, posthog.decode_event)
UUID = "0192f0c8-7b1a-7c3e-9d2f-0123456789ab"
MADE_UP = "3118ef01-9472-4e14-b56d-a2111e10ac70"
GOOD = {"event": "clicked", "distinct_id": "u1"}


def prepared(*events: Any, **fields: Any) -> Processed:
    return process(json.dumps({"api_key": "wk", "batch": events, **fields}).encode(), POSTHOG)


def row_of(properties: dict[str, Any] | None = None, **fields: Any) -> Any:
    event = {**GOOD, "uuid": UUID, "properties": properties or {}, **fields}
    result = prepared(event)
    assert result.rejected == []
    return result.rows[0]


def test_a_page_view_of_a_browser() -> None:
    row = row_of(
        {
            "distinct_id": "d1",
            "$device_id": "d1",
            "$is_identified": False,
            "$session_id": "s1",
            "$window_id": "w1",
            "token": "wk",
            "$current_url": "https://shop.example.com/alpha",
            "$pathname": "/alpha",
            "title": "Alpha",
            "$referrer": "https://news.example.org/",
            "utm_source": "letter",
            "utm_medium": "email",
            "utm_campaign": "may",
            "utm_term": "t",
            "utm_content": "c",
            "gclid": None,
            "$lib": "web",
            "$lib_version": "1.2.3",
            "$os": "Mac OS X",
            "$os_version": "10.15.7",
            "$browser": "Safari",
            "$browser_version": 17.5,
            "$screen_width": 1280,
            "$screen_height": 800,
            "$device_type": "Desktop",
            "$app_version": "3.1",
            "$browser_language": "en-GB",
            "$timezone": "Europe/Prague",
            "$ip": "8.8.8.8",
            "$groups": {"company": "acme"},
            "n": 1,
        },
        event="$pageview",
        distinct_id=None,
        timestamp="2026-11-22T09:59:50.000Z",
        sent_at="2026-11-22T10:00:00.000Z",
    )
    expected = {
        "event_id": UUID,
        "type": "page",
        "event_name": "page_view",
        "user_id": "",
        "anonymous_id": "d1",
        "session_id": "s1",
        "group_id": "acme",
        "url": "https://shop.example.com/alpha",
        "path": "/alpha",
        "title": "Alpha",
        "referrer": "https://news.example.org/",
        "utm_source": "letter",
        "utm_medium": "email",
        "utm_campaign": "may",
        "utm_term": "t",
        "utm_content": "c",
        "library": "web",
        "library_version": "1.2.3",
        "os": "Mac OS X",
        "os_version": "10.15.7",
        "browser": "Safari",
        "browser_version": "17.5",
        "screen_width": 1280,
        "screen_height": 800,
        "app_version": "3.1",
        "locale": "en-GB",
        "country": "US",
        "ip": "",
        "platform": "web",
        "protocol": "posthog",
        "properties": {"$is_identified": False, "$window_id": "w1", "gclid": None, "n": 1},
        "context": {
            "device": {"type": "Desktop"},
            "timezone": "Europe/Prague",
            "groups": {"company": "acme"},
        },
        "traits": {},
        "corrections": (),
        "timestamp_rule": "clock_corrected",
    }
    assert {name: getattr(row, name) for name in expected} == expected
    assert row.timestamp.isoformat() == "2026-11-22T09:59:50.123000+00:00"


@pytest.mark.parametrize(
    ("event", "kind", "name"),
    [
        ("$pageview", "page", "page_view"),
        ("$screen", "screen", "screen_view"),
        ("$identify", "identify", "identify"),
        ("$set", "identify", "identify"),
        ("$set_once", "identify", "identify"),
        ("$groupidentify", "group", "group"),
        ("$create_alias", "alias", "alias"),
        ("$merge_dangerously", "alias", "alias"),
        ("$pageleave", "track", "$pageleave"),
        ("$autocapture", "track", "$autocapture"),
        ("Order Completed", "track", "Order Completed"),
    ],
)
def test_types_and_names(event: str, kind: str, name: str) -> None:
    row = row_of(event=event)
    assert (row.type, row.event_name) == (kind, name)


@pytest.mark.parametrize(
    ("properties", "user_id", "anonymous_id"),
    [
        ({}, "u1", ""),  # a server's
        ({"$is_identified": False, "$device_id": "d1"}, "", "u1"),
        ({"$is_identified": False, "$device_id": "u1"}, "", "u1"),
        ({"$is_identified": True, "$device_id": "d1"}, "u1", "d1"),
        ({"$is_identified": True, "$device_id": "u1"}, "u1", ""),
        ({"$device_id": "u1"}, "", "u1"),  # older browser libraries
        ({"$device_id": "d1"}, "u1", "d1"),
        ({"$device_id": None}, "u1", ""),
        ({"$user_state": "anonymous"}, "", "u1"),
        ({"$process_person_profile": False}, "", "u1"),  # a server's event of nobody
        ({"$process_person_profile": False, "$is_identified": True}, "u1", ""),
        ({"$device_id": {"a": 1}}, "u1", ""),
        ({"$device_id": "u1", "$user_id": "u1"}, "u1", ""),
        ({"$lib": "web"}, "u1", ""),
        ({"$lib": []}, "u1", ""),
    ],
)
def test_the_distinct_id_is_of_a_user_once_identified(
    properties: dict[str, Any], user_id: str, anonymous_id: str
) -> None:
    row = row_of(properties)
    assert (row.user_id, row.anonymous_id) == (user_id, anonymous_id)


@pytest.mark.parametrize(
    ("properties", "is_user"),
    [
        ({}, True),  # by HTTP alone
        ({"$lib": "posthog-node"}, True),
        ({"$lib": "web"}, False),  # before `$is_identified` was sent
        ({"$lib": "posthog-ios"}, False),
        ({"$lib": "js"}, False),  # posthog-js-lite before 4
        ({"$lib": "web", "$device_id": "d1"}, False),  # after a reset
        ({"$lib": "web", "$user_id": UUID}, True),
        ({"$lib": "web", "$is_identified": True}, True),
    ],
)
@pytest.mark.parametrize(
    "made_up", [UUID, "162a9bea91d1cb-01213631147e12-3f636c4c-1aeaa0-162a9bea91e8cf"]
)
def test_an_id_as_libraries_make_them_up_is_anonymous_where_one_made_it(
    made_up: str, properties: dict[str, Any], is_user: bool
) -> None:
    row = row_of(properties, distinct_id=made_up)
    assert (row.user_id if is_user else row.anonymous_id) == made_up
    assert (row.anonymous_id if is_user else row.user_id) == ""


def test_a_device_id_that_is_no_column_stays_a_property() -> None:
    row = row_of({"$is_identified": False, "$device_id": "d1"})
    assert row.properties == {"$is_identified": False, "$device_id": "d1"}


def test_identify_links_the_device_and_sets_traits() -> None:
    row = row_of(
        {
            "$anon_distinct_id": "d1",
            "$device_id": "d1",
            "$is_identified": True,
            "$set": {"plan": "pro"},
            "$set_once": {"first": "a"},
        },
        event="$identify",
    )
    assert (row.user_id, row.anonymous_id) == ("u1", "d1")
    assert row.traits == {"plan": "pro", "$set_once": {"first": "a"}}
    assert row.properties == {"$is_identified": True}


def test_traits_beside_the_properties_win() -> None:
    row = row_of(
        {"$set": {"plan": "free", "age": 40}, "x": 1},
        **{"$set": {"plan": "pro"}, "$set_once": {"first": "a"}},
    )
    assert row.traits == {"plan": "pro", "age": 40, "$set_once": {"first": "a"}}
    assert row.properties == {"x": 1}


@pytest.mark.parametrize(
    ("properties", "user_id", "previous_id"),
    [
        ({"alias": "a1"}, "u1", "a1"),
        ({"alias": "a1", "$lib": "posthog-node"}, "u1", "a1"),
        ({"alias": "u2", "$lib": "posthog-python"}, "u2", "u1"),
        ({"alias": "u2", "$is_identified": False}, "u2", "u1"),
        ({"alias": "u2", "$device_id": "u1"}, "u2", "u1"),
        ({}, "u1", ""),
    ],
)
def test_the_direction_of_an_alias(
    properties: dict[str, Any], user_id: str, previous_id: str
) -> None:
    row = row_of(properties, event="$create_alias")
    assert (row.user_id, row.previous_id) == (user_id, previous_id)


@pytest.mark.parametrize(
    ("distinct_id", "user_id", "anonymous_id"),
    [("u1", "u1", ""), ("$company_acme", "", "$company_acme")],
)
def test_a_group_with_and_without_a_person(
    distinct_id: str, user_id: str, anonymous_id: str
) -> None:
    row = row_of(
        {"$group_type": "company", "$group_key": "acme", "$group_set": {"seats": 3}},
        event="$groupidentify",
        distinct_id=distinct_id,
    )
    assert (row.user_id, row.anonymous_id, row.group_id) == (user_id, anonymous_id, "acme")
    assert (row.traits, row.properties) == ({"seats": 3}, {"$group_type": "company"})


def test_traits_that_old_browser_libraries_set_by_themselves() -> None:
    """posthog-js before 1.57: `people.set` sends these to `/engage`, without an event."""
    sent = {"$set": {"plan": "pro"}, "$token": "wk", "$distinct_id": "u1", "$device_id": "d1"}
    encoded = base64.b64encode(json.dumps({**sent, "$user_id": "u1"}).encode())
    result = process(b"data=" + encoded, POSTHOG)
    (row,) = result.rows
    assert (row.type, row.event_name, row.traits) == ("identify", "identify", {"plan": "pro"})
    assert (row.user_id, row.anonymous_id) == ("u1", "d1")
    assert posthog.decode_envelope(b"data=" + encoded).write_key == "wk"


@pytest.mark.parametrize(
    ("library", "distinct_id", "user_id", "anonymous_id", "properties"),
    [
        ("posthog-python", MADE_UP, "", "$company_acme", {"distinct_id": MADE_UP}),
        ("posthog-python", "u1", "u1", "", {}),
        ("posthog-node", MADE_UP, MADE_UP, "", {}),
    ],
)
def test_an_id_that_the_library_for_python_made_up_is_nobody_s(
    library: str, distinct_id: str, user_id: str, anonymous_id: str, properties: dict[str, Any]
) -> None:
    row = row_of(
        {"$lib": library, "$group_type": "company", "$group_key": "acme"},
        event="$groupidentify",
        distinct_id=distinct_id,
    )
    assert (row.user_id, row.anonymous_id, row.group_id) == (user_id, anonymous_id, "acme")
    assert row.properties == {"$group_type": "company", **properties}


@pytest.mark.parametrize(
    ("groups", "group_id"),
    [({"company": "acme"}, "acme"), ({"company": "acme", "team": "t"}, ""), ({}, ""), ([], "")],
)
def test_the_group_of_an_event_is_its_only_one(groups: Any, group_id: str) -> None:
    assert row_of({"$groups": groups}).group_id == group_id


def test_no_referrer_is_none() -> None:
    row = row_of({"$current_url": "https://example.com/", "$referrer": "$direct"})
    assert (row.referrer, row.channel) == ("", "Direct")


def test_values_of_other_types_stay_properties() -> None:
    odd = {"$os": {"a": 1}, "$browser_version": True, "$current_url": [], "$ip": 7, "$set": "x"}
    row = row_of(odd)
    assert row.properties == odd
    assert row.traits == {}


def test_of_two_names_for_one_place_the_second_stays_if_it_says_something_else() -> None:
    row = row_of({"$locale": "de", "$browser_language": "de", "$os": "iOS", "$os_name": "iPadOS"})
    assert (row.locale, row.os) == ("de", "iOS")
    assert row.properties == {"$os_name": "iPadOS"}


def test_where_it_was_and_on_which_device() -> None:
    row = row_of(
        {
            "$geoip_country_code": "DE",
            "$geoip_subdivision_1_name": "NRW",
            "$geoip_city_name": "Köln",
            "$geoip_latitude": 50.9375,
            "$device_name": "Pixel 9",
            "$network_carrier": "Telekom",
            "$app_version": None,
        }
    )
    assert (row.country, row.region, row.city) == ("DE", "NRW", "Köln")
    assert row.context == {
        "location": {"latitude": 50.9375},
        "device": {"name": "Pixel 9"},
        "network": {"carrier": "Telekom"},
    }
    assert row.properties == {}


def test_a_missing_uuid_is_made_of_the_insert_id() -> None:
    first, second = row_of({"$insert_id": "i-1"}, uuid=None), row_of({"$insert_id": "i-1"}, uuid="")
    assert first.event_id == second.event_id
    assert first.corrections == ("event_id_hashed",)


def test_an_offset_is_milliseconds_before_sending() -> None:
    row = row_of(offset=1_500)
    assert row.timestamp.isoformat() == "2026-11-22T09:59:58.623000+00:00"
    assert (row.timestamp_rule, row.corrections) == ("clock_corrected", ())


def test_old_events_keep_their_timestamps() -> None:
    event = {**GOOD, "timestamp": "2020-01-02T03:04:05.678Z"}
    (row,) = prepared(event, historical_migration=True, sent_at="2026-11-22T09:00:00Z").rows
    assert row.timestamp.isoformat() == "2020-01-02T03:04:05.678000+00:00"
    assert row.timestamp_rule == "client"


EVENT = {**GOOD, "properties": {"token": "wk"}}
TEXT = json.dumps(EVENT)
IN_BASE64 = base64.b64encode(json.dumps({**EVENT, "text": "ÿ>?"}).encode()).decode()


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (TEXT, 1),
        (f"[{TEXT}, {TEXT}]", 2),
        (f" [{TEXT}]", 1),
        (f'{{"batch": [{TEXT}]}}', 1),
        (f'{{"batch": [{TEXT}], "token": "wk"}}', 1),
        (f'{{"api_key": "wk", "batch": [{json.dumps(GOOD)}]}}', 1),
        ("data=" + quote(IN_BASE64, safe=""), 1),
        ("data=" + IN_BASE64.rstrip("=") + "&compression=base64", 1),
        ("data=" + quote(TEXT).replace("%20", "+"), 1),
    ],
)
def test_forms_of_a_body_and_places_of_the_key(body: str, count: int) -> None:
    envelope = posthog.decode_envelope(body.encode())
    assert envelope.write_key == "wk"
    assert len(process(body.encode(), POSTHOG).rows) == count


@pytest.mark.parametrize(
    "body", [b"", b"[", b"data=", b"data=a", b"data=%%%", b"17", b'{"batch":{}}']
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        posthog.decode_envelope(body)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b'{"event":"e","distinct_id":"u","properties":[]}', "invalid_type"),
        (b'{"event":{},"distinct_id":"u"}', "invalid_type"),
        (b'{"event":"e","distinct_id":{}}', "invalid_type"),
        (b'{"event":"e","distinct_id":"u","$set":1}', "invalid_type"),
        (b'{"event":"e"}', "missing_identity"),
        (b'{"event":null,"distinct_id":null,"properties":null,"uuid":null}', "missing_event_name"),
        (b'{"distinct_id":"u"}', "missing_event_name"),
        (b'{"event":"e","distinct_id":"u","properties":{"x":NaN}}', "malformed_json"),
        (b"null", "invalid_type"),
        (b"[]", "invalid_type"),
    ],
)
@pytest.mark.parametrize("form", [b'{"batch":[%s]}', b"[%s]"])
def test_a_bad_event_does_not_cost_its_neighbours(form: bytes, bad: bytes, code: str) -> None:
    good = json.dumps(GOOD).encode()
    result = process(form % b",".join((good, bad, good)), POSTHOG)
    assert len(result.rows) == 2
    assert [(item.index, item.code) for item in result.rejected] == [(1, code)]
    assert result.rejected_rows[0].payload == bad.decode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
names = st.sampled_from(
    sorted(
        {"$set", "$set_once", "$group_set", "$group_type", "$group_key", "$groups", "$device_id"}
        | {"$is_identified", "$anon_distinct_id", "alias", "distinct_id", "title", "token", "$ip"}
        | {"$current_url", "$referrer", "$os", "$os_version", "$screen_width", "utm_source", "$lib"}
    )
)
fields = st.sampled_from(("event", "uuid", "distinct_id", "timestamp", "sent_at", "offset"))
odd_events = json_values | st.builds(
    lambda given, kind, odd: {**GOOD, **kind, **given, "properties": odd},
    st.dictionaries(fields, json_values, max_size=2),
    st.fixed_dictionaries({"event": st.sampled_from(sorted(posthog.TYPES))}),
    st.dictionaries(names, json_values, max_size=6),
)


@settings(deadline=None, max_examples=200)
@given(odd_events)
def test_any_json_is_a_row_or_a_rejection_beside_its_neighbours(odd: Any) -> None:
    result = prepared(GOOD, odd, GOOD)
    assert len(result.rows) + len(result.rejected) == 3
    assert [item.index for item in result.rejected] in ([], [1])
    encode_rejected(result.rejected_rows)


@settings(deadline=None)
@given(st.binary(max_size=100), st.sampled_from((b"", b"data=", b"[", b'{"batch":[')))
def test_any_bytes_are_refused_or_taken_apart(body: bytes, start: bytes) -> None:
    with suppress(MalformedBody):
        process(start + body, POSTHOG)
