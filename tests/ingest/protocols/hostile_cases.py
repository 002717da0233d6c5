"""Odd events, each with the outcome that docs/reference/hostile-events.md states."""

import json
import uuid
from collections.abc import Iterator
from typing import NamedTuple

NAMESPACE = uuid.UUID("6f2c0f4e-5d0b-5c9e-9a57-3f1d6e0c7b21")
UUID = "0192f0c8-7b1a-7c3e-9d2f-0123456789ab"


class Case(NamedTuple):
    """`json` is put under `member` of an event that is good otherwise; `*` is the event itself.

    With a `code` the event is rejected. Else it is stored as sent, but for what `stored` says
    (JSON of an object's member, the text of another column), and with these corrections.
    """

    input: str
    member: str
    json: bytes
    code: str = ""
    field: str = ""  # by our name
    stored: str | None = None
    corrections: tuple[str, ...] = ()
    rule: str = ""  # timestamp_rule, where it is not that of an event without a timestamp

    @property
    def outcome(self) -> str:
        if self.code:
            return f"rejected: `{self.code}`" + (f", field `{self.field}`" if self.field else "")
        rules = [f"`{rule}`" for rule in (self.rule, *self.corrections) if rule]
        if self.member == "unknown":
            return "taken without this member"
        return ", ".join([self._stored_as, *rules])

    @property
    def _stored_as(self) -> str:
        if self.stored is None:
            return "stored as sent"
        if self.stored:
            return f"stored as `{_shortened(self.stored)}`"
        return {"timestamp": "stored as `received_at`", "event_id": "stored with a new id"}[
            self.member
        ]


def _shortened(text: str) -> str:
    return text if len(text) <= 45 else f"{text[:30]}…"


def nested(kind: str, depth: int) -> bytes:
    opening, closing = {
        "arrays": (b"[", b"]"),
        "objects": (b'{"a":', b"}"),
        "arrays of objects": (b'[{"a":', b"}]"),
    }[kind]
    times = depth // 2 if kind == "arrays of objects" else depth
    return opening * times + b"1" + closing * times


def _too_deep() -> Iterator[Case]:
    for kind in ("arrays", "objects", "arrays of objects"):
        for member in ("properties.x", "traits.x", "context.x"):
            yield Case(f"{kind} 1,000 deep", member, nested(kind, 1_000), "too_deep", member[:-2])
        yield Case(f"{kind} 1,000 deep", "unknown", nested(kind, 1_000), "too_deep", "unknown")
    for member in ("properties.x", "unknown"):
        deep = nested("arrays", 100_000)
        yield Case("arrays 100,000 deep", member, deep, "event_too_large")
    yield Case(
        "8 arrays within `properties`",
        "properties.x",
        nested("arrays", 8),
        "too_deep",
        "properties",
    )
    yield Case("7 arrays within `properties`", "properties.x", nested("arrays", 7))
    yield Case("an unknown member 100 deep", "unknown", nested("objects", 100))


def _numbers() -> Iterator[Case]:
    x = "properties.x"
    for word in ("NaN", "Infinity", "-Infinity"):
        yield Case(f"`{word}`", x, word.encode(), "malformed_json")
    yield Case("`01`", x, b"01", "malformed_json")
    for member in (x, "traits.x", "context.x"):
        yield Case("`1e999`", member, b"1e999", "number_out_of_range", member[:-2])
    yield Case("an integer of 5,000 digits", x, b"1" * 5_000, "number_out_of_range", "properties")
    yield Case(
        "`1e-99999999999999999999`",
        x,
        b"1e-99999999999999999999",
        "number_out_of_range",
        "properties",
    )
    for number in (
        "-0.0", "1e-400", "5e-324", "0.30000000000000004", "9007199254740993", "9007199254740993.0",
        "9223372036854775808", "-9223372036854775809", "18446744073709551616",
    ):  # fmt: skip
        yield Case(f"`{number}`", x, number.encode())
    yield Case("10^300 in digits", x, b"1" + b"0" * 300)
    for member in (x, "traits.x", "context.x"):
        yield Case("a decimal of 100 digits", member, b"0." + b"1234567890" * 10)
    yield Case("a decimal of 100 digits, nested", x, b'[{"a":' + b"1234567890" * 10 + b".5}]")
    yield Case("`1E5`, `1.10`", x, b"[1E5,1.10]", stored="[100000.0,1.1]")
    yield Case("`-0`", x, b"-0", stored="0")


def _texts() -> Iterator[Case]:
    x = "properties.x"
    yield Case("a byte that is not UTF-8", x, b'"\xff"', "invalid_utf8")
    yield Case("overlong UTF-8", x, b'"\xc0\xaf"', "invalid_utf8")
    yield Case("a surrogate in UTF-8", x, b'"\xed\xa0\x80"', "invalid_utf8")
    yield Case("a byte that is not UTF-8, in a key", x, b'{"\xff":1}', "invalid_utf8")
    yield Case("NUL unescaped", x, b'"\x00"', "malformed_json")
    yield Case("U+0001 unescaped", x, b'"\x01"', "malformed_json")
    yield Case(r"`\x`", x, rb'"\x"', "malformed_json")
    yield Case("single quotes", x, b"'a'", "malformed_json")
    yield Case("a comment", x, b"/* a */1", "malformed_json")
    yield Case("a comma after the last member", x, b"1,", "malformed_json")
    lone = ("lone_surrogate_replaced",)
    yield Case(r"`\ud800` alone", x, rb'"\ud800x"', stored='"\ufffdx"', corrections=lone)
    yield Case(r"`\udfff` alone", x, rb'"x\udfff"', stored='"x\ufffd"', corrections=lone)
    yield Case(
        r"`\ud800` alone, in a key", x, rb'{"\ud800":1}', stored='{"\ufffd":1}', corrections=lone
    )
    yield Case("a surrogate pair", x, rb'"\ud83d\ude00"')
    yield Case(r"an escaped backslash before `ud800`", x, rb'"\\ud800"')
    yield Case(r"NUL as `\u0000`", x, rb'"a\u0000b"')
    yield Case(r"control characters, escaped", x, rb'"\u0001\b\f\n\r\t\u001f"')
    yield Case("U+007F, U+2028, U+FEFF, U+FFFF", x, '"\x7f\u2028\ufeff\uffff"'.encode())
    yield Case("a text of 31 KB", x, b'"' + b"v" * 31_000 + b'"')
    yield Case("a text of 33 KB", x, b'"' + b"v" * 33_000 + b'"', "event_too_large")


def _keys() -> Iterator[Case]:
    x = "properties.x"
    yield Case("the same key twice", x, b'{"a":1,"b":2,"a":3}', stored='{"b":2,"a":3}')
    yield Case(
        "the same key twice, in `properties`", "properties", b'{"a":1,"a":2}', stored='{"a":2}'
    )
    yield Case("`a`, `a.b` and `a` with a member `b`", x, b'{"a":1,"a.b":2,"c":{"a":{"b":3}}}')
    yield Case("an empty key", x, b'{"":1}')
    yield Case("a key of 10 KB", x, b'{"%s":1}' % (b"k" * 10_240))
    yield Case(
        "`__proto__`, `$`, a quote, a backslash, a newline",
        x,
        rb'{"__proto__":1,"$":2,"\"":3,"\\":4,"\n":5}',
    )
    yield Case(
        "a key and a text that look like a row's beginning",
        x,
        rb'{"{\"project_id\":\"":"\",\"event_id\":\"","project_id":"p","event_id":"e"}',
    )
    many = json.dumps({f"k{number}": 1 for number in range(2_000)}, separators=(",", ":")).encode()
    yield Case("2,000 keys", "properties", many, "too_many_properties", "properties")
    yield Case("2,000 keys, nested", x, many)
    most = json.dumps({f"k{number}": 1 for number in range(10_000)}).encode()
    yield Case("10,000 keys", "properties", most, "event_too_large")
    for member in ("properties", "traits", "context"):
        for value in (b"[]", b'"x"', b"1"):
            yield Case(f"`{value.decode()}`", member, value, "invalid_type", member)


def _times() -> Iterator[Case]:
    def case(
        given: str, rule: str, stored: str = "", *corrections: str, quoted: bool = True
    ) -> Case:
        text = f'"{given}"' if quoted else given
        return Case(
            f"`{_shortened(text)}`",
            "timestamp",
            text.encode(),
            stored=stored,
            corrections=corrections,
            rule=rule,
        )

    def number(given: str, rule: str, stored: str, unit: str) -> Case:
        return case(given, rule, stored, f"epoch_{unit}", quoted=False)

    yield case("1850-01-01T00:00:00Z", "before_2000")
    yield case("1970-01-01T00:00:00Z", "before_2000")
    yield case("0000-01-01T00:00:00Z", "unreadable")
    yield case("2200-01-01T00:00:00Z", "future")
    yield case("9999-12-31T23:59:59Z", "future")
    yield case("2016-12-31T23:59:60Z", "client", "2016-12-31T23:59:59.999", "leap_second")
    yield case("2026-11-20T09:00:00+25:00", "unreadable")
    yield case("2026-11-20T24:00:00Z", "unreadable")
    yield case("2026-02-30T00:00:00Z", "unreadable")
    yield case("2026-11-20t09:00:00z", "client", "2026-11-20T09:00:00.000")
    yield case("2026-11-20T09:00:00.123456789+02:00", "client", "2026-11-20T07:00:00.123")
    yield case("2026-11-20T09:00:00", "client", "2026-11-20T09:00:00.000", "zone_assumed_utc")
    yield case("2026-11-20", "client", "2026-11-20T00:00:00.000", "zone_assumed_utc")
    for text in ("", " ", "yesterday", "Sun, 22 Nov 2026 09:00:00 GMT", "1" * 200):
        yield case(text, "unreadable")
    moment = "2025-11-22T10:00:00.000"
    yield number("1763805600", "client", moment, "seconds")
    yield case("1763805600", "client", moment, "epoch_seconds")
    yield case("1711111111111.5", "client", "2024-03-22T12:38:31.112", "epoch_milliseconds")
    yield number("1763805600000", "client", moment, "milliseconds")
    yield number("1763805600000000", "client", moment, "microseconds")
    yield number("1763805600000000000", "client", moment, "nanoseconds")
    yield number("-1", "before_2000", "", "seconds")
    yield case("1e300", "unreadable", quoted=False)
    yield Case("`1e999`", "timestamp", b"1e999", "number_out_of_range", "timestamp")
    for value in (b"true", b"[]", b"{}"):
        yield Case(f"`{value.decode()}`", "timestamp", value, "invalid_type", "timestamp")


def _ids() -> Iterator[Case]:
    def hashed(given: str, text: str | None = None) -> Case:
        event_id = str(uuid.uuid5(NAMESPACE, given if text is None else text))
        sent = json.dumps(given) if text is None else given
        return Case(
            f"`{_shortened(sent)}`",
            "event_id",
            sent.encode(),
            stored=event_id,
            corrections=("event_id_hashed",),
        )

    yield hashed("order-17")
    yield hashed(f"{{{UUID}}}")
    yield hashed(UUID.replace("-", ""))
    yield hashed("z" + UUID[1:])
    yield hashed("i" * 10_240)
    yield hashed("a\0b")
    yield hashed("17", "17")
    yield hashed("18446744073709551616", "18446744073709551616")
    yield Case(f"`{UUID.upper()}`", "event_id", f'"{UUID.upper()}"'.encode(), stored=UUID)
    for absent in ("null", '""', '" "', '"00000000-0000-0000-0000-000000000000"'):
        yield Case(
            f"`{absent}`",
            "event_id",
            absent.encode(),
            stored="",
            corrections=("event_id_generated",),
        )
    for value in ("true", "1.5", "[]", "{}"):
        yield Case(f"`{value}`", "event_id", value.encode(), "invalid_type", "event_id")
        yield Case(f"`{value}`", "user_id", value.encode(), "invalid_type", "user_id")
    yield Case("10 KB", "user_id", b'"' + b"u" * 10_240 + b'"', "id_too_long", "user_id")
    for absent in ("null", '""', '" "', r'"\t\n"'):
        yield Case(f"`{absent}`", "user_id", absent.encode(), "missing_identity", "user_id")
    yield Case(
        "`18446744073709551616`", "user_id", b"18446744073709551616", stored="18446744073709551616"
    )
    yield Case(r"`a\u0000b`", "user_id", rb'"a\u0000b"', stored="a\0b")
    yield Case(
        r"`\ud800`",
        "user_id",
        rb'"\ud800"',
        stored="\ufffd",
        corrections=("lone_surrogate_replaced",),
    )


def _names() -> Iterator[Case]:
    yield Case("an emoji", "event", '"😀"'.encode(), stored="😀")
    yield Case("200 emoji", "event", '"{}"'.format("😀" * 200).encode(), stored="😀" * 200)
    yield Case("201 characters", "event", b'"' + b"n" * 201 + b'"', "event_name_too_long", "event")
    yield Case(r"`a\u0000b`", "event", rb'"a\u0000b"', stored="a\0b")
    for absent in ("null", '""', '" "'):
        yield Case(f"`{absent}`", "event", absent.encode(), "missing_event_name", "event")
    yield Case("`17`", "event", b"17", "invalid_type", "event")
    for kind in ("party", "TRACK", " "):
        yield Case(f"`{kind}`", "type", json.dumps(kind).encode(), "unknown_type", "type")
    yield Case("`17`", "type", b"17", "invalid_type", "type")
    for value in (b"null", b"1", b'"x"', b"[{}]"):
        yield Case(f"`{value.decode()}`", "*", value, "invalid_type")
    yield Case("`{}`", "*", b"{}", "missing_event_name", "event")
    yield Case("nothing between two commas", "*", b"", "malformed_json")


CASES = [*_too_deep(), *_numbers(), *_texts(), *_keys(), *_times(), *_ids(), *_names()]
