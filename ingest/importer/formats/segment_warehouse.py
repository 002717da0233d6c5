"""Rows of the tables that Segment keeps in warehouses: tracks, an event's own, pages and so on.

Names are flat: `context_page_url`, and a property beside the columns that every table has.
"""

from typing import Any

import msgspec

from ingest.importer.formats.event import ImportedEvent, finished, moment_of
from ingest.protocols import numbers
from ingest.protocols.context_places import text_of
from ingest.protocols.event import Object

SECTIONS = frozenset(
    {"page", "campaign", "library", "os", "device", "app", "screen", "network", "location"}
)
COLUMNS = frozenset(
    {
        "id",
        "received_at",
        "sent_at",
        "original_timestamp",
        "timestamp",
        "uuid",
        "uuid_ts",
        "user_id",
        "anonymous_id",
        "group_id",
        "previous_id",
        "event",
        "event_text",
    }
)

_decode = msgspec.json.Decoder(dict[str, Any], float_hook=numbers.exact).decode


def to_event(content: bytes) -> ImportedEvent:
    """Raises FieldError, and what msgspec raises."""
    row = _decode(content)
    kind = type_of(row)
    context, rest = _split(row)
    is_of_person = kind in ("identify", "group")
    return finished(
        ImportedEvent(
            moment_of(row.get("timestamp"), row.get("original_timestamp"), row["received_at"]),
            event_id=text_of(row.get("id")),
            type=kind,
            event=text_of(row.get("event_text")) or text_of(row.get("event")),
            user_id=text_of(row.get("user_id")),
            anonymous_id=text_of(row.get("anonymous_id")),
            group_id=text_of(row.get("group_id")),
            previous_id=text_of(row.get("previous_id")),
            properties=None if is_of_person else rest or None,
            traits=(rest or None) if is_of_person else None,
            context=context or None,
        )
    )


def type_of(row: Object) -> str:
    """The tables are told by the columns that only they have."""
    if row.get("event") or row.get("event_text"):
        return "track"
    if row.get("previous_id"):
        return "alias"
    if row.get("group_id"):
        return "group"
    return "page" if row.get("url") or row.get("path") else "identify"


def _split(row: Object) -> tuple[Object, Object]:
    """Context and the row's own columns."""
    context: Object = {}
    rest: Object = {}
    for name, value in row.items():
        if value is None or name in COLUMNS:
            continue
        if not name.startswith("context_"):
            rest[name] = value
            continue
        inner = name.removeprefix("context_")
        section, _, member = inner.partition("_")
        if member and section in SECTIONS:
            context.setdefault(section, {})[member] = value
        else:
            context[inner] = value
    return context, rest
