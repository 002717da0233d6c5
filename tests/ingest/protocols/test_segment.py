"""Segment's messages in our columns."""

import json
from typing import Any

import pytest

from ingest.protocols.rejection import MalformedBody
from ingest.protocols.segment import CALLS, decode_envelope
from tests.ingest.protocols.arrivals import process, segment_protocol


def rows_of(*messages: dict[str, Any], **fields: Any) -> list[Any]:
    body = json.dumps({"batch": messages, **fields}).encode()
    prepared = process(body, segment_protocol())
    assert prepared.rejected == []
    return prepared.rows


def test_a_track_message() -> None:
    (row,) = rows_of(
        {
            "type": "track",
            "event": "Order Completed",
            "messageId": "ajs-next-1",
            "userId": "u1",
            "anonymousId": "a1",
            "timestamp": "2026-11-22T09:59:50.000Z",
            "properties": {"revenue": 3},
            "context": {"library": {"name": "analytics.js", "version": "next-1.7"}, "custom": 1},
            "integrations": {},
            "_metadata": {"nodeVersion": "20"},
        },
        sentAt="2026-11-22T10:00:00.000Z",
    )
    assert (row.type, row.event_name, row.user_id, row.anonymous_id) == (
        "track",
        "Order Completed",
        "u1",
        "a1",
    )
    assert (row.library, row.library_version) == ("analytics.js", "next-1.7")
    assert row.timestamp.isoformat() == "2026-11-22T09:59:50.123000+00:00"
    assert (row.properties, row.context) == ({"revenue": 3}, {"custom": 1})
    assert row.corrections == ("event_id_hashed",)


def test_a_page_keeps_its_name_as_a_property() -> None:
    (row,) = rows_of(
        {
            "type": "page",
            "name": "Docs",
            "category": "Help",
            "anonymousId": "a1",
            "properties": {"url": "https://example.com/docs?x=1", "title": "T"},
        }
    )
    assert (row.event_name, row.url, row.path, row.title) == (
        "page_view",
        "https://example.com/docs?x=1",
        "/docs",
        "T",
    )
    assert row.properties == {
        "name": "Docs",
        "category": "Help",
        "url": "https://example.com/docs?x=1",
        "title": "T",
    }


def test_identify_group_and_alias() -> None:
    identify, group, alias = rows_of(
        {"type": "identify", "userId": "u1", "traits": {"plan": "pro"}},
        {"type": "group", "userId": "u1", "groupId": 7, "traits": {"seats": 3}},
        {"type": "alias", "userId": "u1", "previousId": "a1"},
    )
    assert (identify.event_name, identify.traits) == ("identify", {"plan": "pro"})
    assert (group.group_id, group.traits) == ("7", {"seats": 3})
    assert (alias.user_id, alias.previous_id) == ("u1", "a1")


def test_the_message_s_own_sent_at_wins() -> None:
    (row,) = rows_of(
        {
            "type": "track",
            "event": "e",
            "userId": "u",
            "originalTimestamp": "2026-11-22T09:00:00Z",
            "sentAt": "2026-11-22T09:00:10Z",
        },
        sentAt="2026-11-22T12:00:00Z",
    )
    assert row.timestamp.isoformat() == "2026-11-22T09:59:50.123000+00:00"


@pytest.mark.parametrize(
    ("stated", "timestamp", "rule"),
    [
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00+00:00", "client"),
        ("2026-11-22T09:00:00Z", "2026-11-22T09:59:50.123000+00:00", "clock_corrected"),
    ],
)
def test_a_timestamp_that_differs_from_the_original_one_is_when_it_happened(
    stated: str, timestamp: str, rule: str
) -> None:
    """RudderStack's library for Node.js, and messages that another server passes on."""
    (row,) = rows_of(
        {
            "type": "track",
            "event": "e",
            "userId": "u",
            "timestamp": stated,
            "originalTimestamp": "2026-11-22T09:00:00Z",
            "sentAt": "2026-11-22T09:00:10Z",
        }
    )
    assert (row.timestamp.isoformat(), row.timestamp_rule) == (timestamp, rule)


def test_the_batch_s_context_is_that_of_its_messages() -> None:
    (row,) = rows_of(
        {"type": "track", "event": "e", "userId": "u", "context": {"app": {"version": "2"}}},
        context={"locale": "de-DE", "app": {"version": "1"}},
    )
    assert (row.locale, row.app_version) == ("de-DE", "2")


def test_each_message_gets_all_of_the_batch_s_context() -> None:
    message = {"type": "track", "event": "e", "userId": "u"}
    rows = rows_of(
        message,
        message,
        {**message, "context": {"app": {"version": "2"}}},
        context={
            "locale": "de-DE",
            "page": {"url": "https://example.com/docs", "search": "?q"},
            "os": {"name": "iOS", "version": "17"},
            "app": {"name": "shop", "version": "1"},
            "location": {"country": "DE"},
            "screen": {"width": 390},
        },
    )
    columns = ("locale", "url", "os", "os_version", "app_version", "country", "screen_width")
    stored = [tuple(getattr(row, column) for column in columns) for row in rows]
    url = "https://example.com/docs"
    assert stored == [
        ("de-DE", url, "iOS", "17", "1", "DE", 390),
        ("de-DE", url, "iOS", "17", "1", "DE", 390),
        ("de-DE", url, "iOS", "17", "2", "DE", 390),
    ]
    assert [row.context for row in rows] == [
        {"page": {"search": "?q"}, "app": {"name": "shop"}},
        {"page": {"search": "?q"}, "app": {"name": "shop"}},
        {"page": {"search": "?q"}},
    ]


def test_the_batch_s_context_counts_in_the_size_of_each_message() -> None:
    def message(size: int) -> dict[str, Any]:
        empty = {"type": "track", "event": "e", "userId": "u", "properties": {"x": ""}}
        padding = "x" * (size - len(json.dumps(empty)))
        return {**empty, "properties": {"x": padding}}

    context = {"note": "y" * 20_000}  # 20,011 bytes
    body = {"batch": [message(12_757), message(12_758)], "context": context}
    prepared = process(json.dumps(body).encode(), segment_protocol())
    assert [row.context for row in prepared.rows] == [context]
    (item,) = prepared.rejected
    assert (item.index, item.code, item.field) == (1, "event_too_large", "context")
    assert item.reason == (
        "the event has 12758 bytes and the batch's context, which it shares, 20011; "
        "the limit is 32768"
    )


def test_a_batch_s_context_of_any_depth_is_refused_in_order() -> None:
    def refusal(depth: int) -> str:
        message = b'{"type":"track","event":"e","userId":"u"}'
        context = b'{"a":' * depth + b"1" + b"}" * depth
        body = b'{"batch":[%s],"context":%s}' % (message, context)
        try:
            return process(body, segment_protocol()).rejected[0].code
        except MalformedBody as malformed:
            return str(malformed).partition(",")[0]

    # Python's stack ends at 1,000 frames, of which some are in use.
    assert {refusal(depth) for depth in (9, 500)} == {"too_deep"}
    assert {refusal(depth) for depth in range(500, 1_000)} == {"too_deep", "nested too deeply"}
    assert refusal(10_000) == "nested too deeply"


@pytest.mark.parametrize("context", [None, 17, "text", [], {}])
def test_a_batch_s_context_that_is_no_object_is_none(context: object) -> None:
    (row,) = rows_of({"type": "track", "event": "e", "userId": "u"}, context=context)
    assert row.context == {}


@pytest.mark.parametrize(("path", "kind"), [item for item in CALLS.items() if item[1]])
def test_the_path_says_the_type_of_a_single_message(path: str, kind: str) -> None:
    body = json.dumps({"userId": "u1", "event": "e", "writeKey": "wk_x", "sentAt": None}).encode()
    (row,) = process(body, segment_protocol(CALLS[path])).rows
    assert row.type == kind


@pytest.mark.parametrize("call", ["page", "screen"])
def test_a_page_whose_path_says_its_type_keeps_its_name_and_category(call: str) -> None:
    body = json.dumps({"userId": "u", "name": "Home", "category": "Help", "event": "e"}).encode()
    (row,) = process(body, segment_protocol(call)).rows
    assert (row.event_name, row.properties) == (
        f"{call}_view",
        {"name": "Home", "category": "Help"},
    )


def test_the_message_s_own_type_wins_over_the_path_s() -> None:
    body = json.dumps({"userId": "u", "type": "track", "event": "e", "name": "Home"}).encode()
    (row,) = process(body, segment_protocol("page")).rows
    assert (row.type, row.event_name, row.properties) == ("track", "e", {})


def test_nulls_are_as_good_as_nothing() -> None:
    (row,) = rows_of(
        {
            "type": "track",
            "event": "e",
            "userId": "u1",
            "anonymousId": None,
            "properties": None,
            "context": None,
            "timestamp": None,
        }
    )
    assert (row.anonymous_id, row.timestamp_rule) == ("", "received")


def test_traits_of_identify_may_be_in_the_context() -> None:
    identify, both, track = rows_of(
        {"type": "identify", "userId": "u1", "context": {"traits": {"plan": "pro"}}},
        {
            "type": "identify",
            "userId": "u1",
            "traits": {"plan": "pro"},
            "context": {"traits": {"plan": "free", "age": 40}, "timezone": "UTC"},
        },
        {"type": "track", "event": "e", "userId": "u1", "context": {"traits": {"plan": "pro"}}},
    )
    assert (identify.traits, identify.context) == ({"plan": "pro"}, {})
    assert (both.traits, both.context) == ({"plan": "pro", "age": 40}, {"timezone": "UTC"})
    assert (track.traits, track.context) == ({}, {"traits": {"plan": "pro"}})


@pytest.mark.parametrize(
    ("context", "given", "group_id"),
    [({"groupId": "g1"}, None, "g1"), ({"groupId": "g1"}, "g2", "g2"), ({"groupId": {}}, None, "")],
)
def test_the_group_of_a_message_may_be_in_the_context(
    context: dict[str, Any], given: str | None, group_id: str
) -> None:
    (row,) = rows_of(
        {"type": "track", "event": "e", "userId": "u", "groupId": given, "context": context}
    )
    assert row.group_id == group_id


def test_rudderstack_s_word_for_no_referrer() -> None:
    page = {"url": "https://example.com/", "referrer": "$direct"}
    (row,) = rows_of({"type": "page", "anonymousId": "a", "context": {"page": page}})
    assert (row.referrer, row.channel) == ("", "Direct")


def test_every_place_of_the_context() -> None:
    (row,) = rows_of(
        {
            "type": "screen",
            "userId": "u1",
            "context": {
                "campaign": {"source": "letter", "medium": "email", "name": "may", "term": "t"},
                "app": {"name": "shop", "version": "1.2", "build": "7"},
                "device": {"type": "android", "model": "Pixel"},
                "os": {"name": "Android", "version": "15"},
                "library": {"name": "analytics-kotlin", "version": "1.19"},
                "screen": {"width": 1080, "height": 2400, "density": 3},
                "locale": "cs-CZ",
                "timezone": "Europe/Prague",
                "network": {"wifi": True},
            },
            "integrations": {"All": True},
            "_metadata": {"bundled": []},
            "channel": "mobile",
        }
    )
    expected = {
        "utm_source": "letter",
        "utm_medium": "email",
        "utm_campaign": "may",
        "utm_term": "t",
        "app_version": "1.2",
        "os": "Android",
        "os_version": "15",
        "library": "analytics-kotlin",
        "library_version": "1.19",
        "screen_width": 1080,
        "screen_height": 2400,
        "locale": "cs-CZ",
        "platform": "android",
        "properties": {},
        "context": {
            "app": {"name": "shop", "build": "7"},
            "device": {"type": "android", "model": "Pixel"},
            "screen": {"density": 3},
            "timezone": "Europe/Prague",
            "network": {"wifi": True},
        },
    }
    assert {name: getattr(row, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"batch": [{"writeKey": "wk"}]}, "wk"),
        ({"batch": [{"writeKey": "other"}], "writeKey": "wk"}, "wk"),
        ({"batch": [{"properties": {"writeKey": "other"}}]}, None),
        ({"batch": []}, None),
        ({"writeKey": "wk", "type": "track"}, "wk"),
    ],
)
def test_the_key_may_be_in_the_message(body: dict[str, Any], key: str | None) -> None:
    assert decode_envelope(json.dumps(body).encode()).write_key == key
