"""Odd events and bodies as the protocols send them.

`python -m tests.ingest.protocols.hostile_requests` prints the tables of
docs/reference/hostile-events.md.
"""

import json
from decimal import Context
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from tests.ingest.protocols.hostile_bodies import BODIES, PROTOCOLS, BodyCase
from tests.ingest.protocols.hostile_cases import CASES, Case

ARRAYS = {"native": "events", "segment": "batch", "posthog": "batch"}
# What the members are called in the protocols; a dot leads into an object. None: has no such thing.
_NAMES: dict[str, dict[str, str | None]] = {
    "native": {},
    "segment": {
        "event_id": "messageId",
        "user_id": "userId",
        "session_id": "context.sessionId",
    },
    "posthog": {
        "event_id": "uuid",
        "user_id": "distinct_id",
        "session_id": "properties.$session_id",
        "traits": "$set",
        "type": None,
        "context": None,
    },
}


def event(protocol: str, case: Case, event_id: str, session: str) -> bytes | None:
    """The case's event; None if the protocol has no such member."""
    if case.member == "*":
        return case.json
    members = {
        "event_id": f'"{event_id}"'.encode(),
        "event": b'"odd"',
        "user_id": b'"u1"',
        "session_id": f'"{session}"'.encode(),
        case.member: case.json,
    }
    if protocol == "segment" and case.member != "type":
        members["type"] = b'"track"'
    written: dict[str, Any] = {}
    for member, value in members.items():
        top, _, inner = member.partition(".")
        name = _NAMES[protocol].get(top, top)
        if name is None:
            return None
        outer, _, within = (f"{name}.{inner}" if inner else name).partition(".")
        if not within:
            written[outer] = value
        elif not isinstance(place := written.setdefault(outer, {}), bytes):
            place[within] = value
    return _object(
        {
            name: value if isinstance(value, bytes) else _object(value)
            for name, value in written.items()
        }
    )


def good(protocol: str, event_id: str) -> bytes:
    case = Case("", "properties.x", b"1")
    sent = event(protocol, case, event_id, "good")
    assert sent is not None
    return sent


def batch(protocol: str, events: list[bytes]) -> bytes:
    return b'{"%s":[%s]}' % (ARRAYS[protocol].encode(), b",".join(events))


def body(protocol: str, case: BodyCase) -> bytes:
    """As decoders get it, but for `packed`; the good events have ids of their own."""
    parts = case.body.replace(b"KEY", ARRAYS[protocol].encode()).split(b"GOOD")
    text = parts[0]
    for part in parts[1:]:
        text += good(protocol, str(uuid4())) + part
    return text


def rejected_field(protocol: str, case: Case) -> str:
    """The sender's name of what its type or depth puts at fault, ours of what breaks our rules."""
    by_decoder = case.code in ("invalid_type", "number_out_of_range") or "1,000" in case.input
    if not case.field or not by_decoder:
        return case.field
    return _NAMES[protocol].get(case.field, case.field) or case.field


class StoredEvent(NamedTuple):
    """A row's columns; objects as `exact_json` reads them, times in ISO format without a zone."""

    properties: Any
    traits: Any
    context: Any
    event_id: str
    user_id: str
    event_name: str
    timestamp: str
    received_at: str
    timestamp_rule: str
    corrections: tuple[str, ...]


def assert_stored(case: Case, row: StoredEvent) -> None:
    assert row.timestamp_rule == (case.rule or "received")
    assert row.corrections == case.corrections
    top, _, inner = case.member.partition(".")
    if top in ("properties", "traits", "context"):
        column = getattr(row, top)
        sent = case.json.decode() if case.stored is None else case.stored
        assert (column[inner] if inner else column) == exact_json(sent)
    assert row.event_name == (case.stored if top == "event" else "odd")
    assert row.user_id == (case.stored if top == "user_id" else "u1")
    if top == "event_id":
        assert row.event_id == case.stored or (not case.stored and UUID(row.event_id).version == 7)
    is_dated = top == "timestamp" and bool(case.stored)
    assert row.timestamp == (case.stored if is_dated else row.received_at)


def exact_json(text: str | bytes) -> Any:
    """Numbers by their decimal value and the sign of zero, however many digits they have."""
    context = Context(prec=1_000, Emin=-9_999, Emax=9_999)

    def number(digits: str) -> tuple[str, str]:
        return "number", str(context.create_decimal(digits).normalize(context))

    return json.loads(text, parse_float=number, parse_int=number)


def _object(members: dict[str, bytes]) -> bytes:
    return b"{%s}" % b",".join(
        b'"%s":%s' % (name.encode(), value) for name, value in members.items()
    )


def table() -> str:
    """The tables of docs/reference/hostile-events.md."""
    events = [
        (case.input, "the event" if case.member == "*" else f"`{case.member}`", case.outcome)
        for case in CASES
    ]
    bodies = [(case.input, _spoken(case), case.outcome.replace("KEY", "events")) for case in BODIES]
    return (
        f"## Events\n\n{_rows('| input | in | outcome |', events)}\n\n"
        f"## Bodies\n\n{_rows('| body | protocols | outcome |', bodies)}\n"
    )


def _spoken(case: BodyCase) -> str:
    return "all" if case.protocols == PROTOCOLS else ", ".join(case.protocols)


def _rows(heading: str, rows: list[tuple[str, str, str]]) -> str:
    lines = [f"| {' | '.join(row)} |".replace("\0", "␀") for row in rows]
    return "\n".join([heading, "|---|---|---|", *lines])


if __name__ == "__main__":
    print(table())
