"""PostHog's events: rows of batch exports and of SQL, and the events of its API."""

from typing import Any

import msgspec

from ingest.importer.formats.event import (
    DEFAULT_CONTEXT,
    ImportedEvent,
    finished,
    moment_of,
    object_of,
)
from ingest.protocols import numbers
from ingest.protocols.context_places import text_of
from ingest.protocols.event import Object
from ingest.protocols.posthog import TYPES
from ingest.protocols.posthog_identity import group_id_of, identity_of
from ingest.protocols.posthog_properties import PLACES, PLACES_OF_PAGE, take_traits
from ingest.protocols.remembered_context import RememberedContext

# Members of a row that hold JSON as text in exports to CSV, Parquet and SQL.
JSON_COLUMNS = frozenset(
    {"properties", "set", "set_once", "person_properties", "person", "elements"}
)
DROPPED = (
    "token",
    "$session_id",
    "$user_id",
    "$anon_distinct_id",
    "$is_identified",
)


class _Row(msgspec.Struct, gc=False):
    """`id` is what the API calls `uuid`, `sent_set` what a batch export has beside properties."""

    uuid: Any = None
    id: Any = None
    event: Any = None
    distinct_id: Any = None
    timestamp: Any = None
    properties: Any = None
    elements_chain: Any = None
    sent_set: Any = msgspec.field(name="set", default=None)
    set_once: Any = None
    ip: Any = None


_decode = msgspec.json.Decoder(_Row, float_hook=numbers.exact).decode
_context = RememberedContext(PLACES, DROPPED, DEFAULT_CONTEXT)
_page_context = RememberedContext(PLACES_OF_PAGE, DROPPED, DEFAULT_CONTEXT)


def to_event(content: bytes) -> ImportedEvent:
    """Raises FieldError, and what msgspec raises."""
    row = _decode(content)
    properties = object_of(row.properties, "properties")
    name = text_of(row.event)
    kind = TYPES.get(name, "track")
    moment = moment_of(row.timestamp)
    traits = _traits(row, properties, kind)
    person = identity_of(name, kind, text_of(row.distinct_id), properties)
    session_id, group_id = text_of(properties.get("$session_id")), group_id_of(properties, kind)
    if kind == "screen" and (screen := properties.pop("$screen_name", None)):
        properties["name"] = screen
    if row.elements_chain:
        properties["$elements_chain"] = row.elements_chain
    if row.ip and not properties.get("$ip"):
        properties["$ip"] = row.ip
    context = (_page_context if kind == "page" else _context).take(properties)
    return finished(
        ImportedEvent(
            moment,
            event_id=text_of(row.uuid) or text_of(row.id),
            type=kind,
            event=name if kind == "track" else "",
            user_id=text_of(person.user_id),
            anonymous_id=text_of(person.anonymous_id),
            session_id=session_id,
            group_id=text_of(group_id),
            previous_id=text_of(person.previous_id),
            properties=properties or None,
            traits=traits,
            context=context,
        )
    )


def _traits(row: _Row, properties: Object, kind: str) -> Object | None:
    if kind == "group":
        return object_of(properties.pop("$group_set", None), "$group_set") or None
    always = object_of(row.sent_set, "set") or None
    once = object_of(row.set_once, "set_once") or None
    return take_traits(properties, always, once)
