"""PostHog's newer capture protocol: its events are those of posthog.py, sent in another way.

What all events of a request share is in its headers, and the answer tells of each event by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ingest.protocols import brackets, posthog, rejection
from ingest.protocols.envelope import Envelope, Text
from ingest.protocols.event import Object

PATH = "/i/v1/analytics/events"
SDK_INFO = b"posthog-sdk-info"
REQUEST_TIMESTAMP = b"posthog-request-timestamp"
MAX_SDK_INFO_LENGTH = 200


class _Identified(msgspec.Struct, gc=False):
    uuid: Any = None


_identified = msgspec.json.Decoder(_Identified)


def library_of(headers: Mapping[bytes, bytes]) -> Object:
    """`posthog-python/7.91.1` as the properties that events of the older protocol have for it."""
    sent = headers.get(SDK_INFO, b"")
    name, _, version = sent.decode("latin-1").rpartition("/")
    name, version = name.strip(), version.strip()
    if len(sent) > MAX_SDK_INFO_LENGTH or not (name and version):
        return {}
    return {"$lib": name, "$lib_version": version}


def sent_at(headers: Mapping[bytes, bytes]) -> str | None:
    """The client's clock when it sent this request; with events sent again it is a later one."""
    sent = headers.get(REQUEST_TIMESTAMP)
    return sent.decode("latin-1") if sent else None


def decode_envelope(body: bytes, sent_at: str | None, library: Object) -> Envelope:
    """Raises MalformedBody."""
    envelope = posthog.decode_envelope(body, sent_at)
    envelope.properties = library
    return envelope


def results(events: Sequence[Text], reasons: Mapping[int, str]) -> Object:
    """`ok`, or `drop` and why, by the `uuid` of each event, as it was sent.

    `reasons` are those of rejected events, by place. Of several events with one id a rejected one
    counts; an event without an id has no result.
    """
    told: Object = {}
    for place, event in enumerate(events):
        name = _uuid_of(event)
        if not name:
            continue
        if place in reasons:
            told[name] = {"result": "drop", "details": reasons[place]}
        else:
            told.setdefault(name, {"result": "ok"})
    return told


def _uuid_of(event: Text) -> str:
    try:
        sent = _identified.decode(event).uuid
    except rejection.DECODE_ERRORS:
        return brackets.text_member(bytes(event), "uuid")
    return str(sent) if isinstance(sent, str | int) else ""
