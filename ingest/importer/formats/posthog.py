"""PostHog's events: rows of batch exports and of SQL, and the events of its API."""

import re
from typing import Any

import msgspec

from ingest.importer.formats.event import (
    ImportedEvent,
    Object,
    Table,
    finished,
    moment_of,
    object_of,
    take_context,
    text_of,
    without,
)

CONTEXT: Table = (
    ("$current_url", "page", "url"),
    ("$pathname", "page", "path"),
    ("title", "page", "title"),
    ("$title", "page", "title"),
    ("$referrer", "page", "referrer"),
    ("utm_source", "campaign", "source"),
    ("utm_medium", "campaign", "medium"),
    ("utm_campaign", "campaign", "name"),
    ("utm_term", "campaign", "term"),
    ("utm_content", "campaign", "content"),
    ("$browser", "browser", "name"),
    ("$browser_version", "browser", "version"),
    ("$os_name", "os", "name"),
    ("$os", "os", "name"),
    ("$os_version", "os", "version"),
    ("$device_id", "device", "id"),
    ("$device_type", "device", "type"),
    ("$device_name", "device", "name"),
    ("$device_model", "device", "model"),
    ("$device_manufacturer", "device", "manufacturer"),
    ("$screen_width", "screen", "width"),
    ("$screen_height", "screen", "height"),
    ("$geoip_country_code", "location", "country"),
    ("$geoip_subdivision_1_name", "location", "region"),
    ("$geoip_city_name", "location", "city"),
    ("$geoip_latitude", "location", "latitude"),
    ("$geoip_longitude", "location", "longitude"),
    ("$locale", "", "locale"),
    ("$browser_language", "", "locale"),
    ("$timezone", "", "timezone"),
    ("$lib", "library", "name"),
    ("$lib_version", "library", "version"),
    ("$app_name", "app", "name"),
    ("$app_version", "app", "version"),
    ("$app_build", "app", "build"),
    ("$app_namespace", "app", "namespace"),
    ("$network_carrier", "network", "carrier"),
    ("$raw_user_agent", "", "user_agent"),
    ("$ip", "", "ip"),
)
DIRECT = "$direct"
# Members of a row that hold JSON as text in exports to CSV, Parquet and SQL.
JSON_COLUMNS = frozenset(
    {"properties", "set", "set_once", "person_properties", "person", "elements"}
)
# Name of an event, and the type that it has here.
TYPES = {
    "$pageview": "page",
    "$screen": "screen",
    "$identify": "identify",
    "$set": "identify",
    "$groupidentify": "group",
    "$create_alias": "alias",
    "$merge_dangerously": "alias",
}
DROPPED = (
    "token",
    "distinct_id",
    "$set",
    "$set_once",
    "$groups",
    "$session_id",
    "$user_id",
    "$anon_distinct_id",
    "$is_identified",
)
# What the libraries make up for people who are not known: UUIDs, and five hexadecimal numbers.
ANONYMOUS = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|[0-9a-f]{13,15}-[0-9a-f]{12,16}-[0-9a-f]{6,8}-[0-9a-f]{4,8}-[0-9a-f]{13,16}",
    re.IGNORECASE,
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


_decode = msgspec.json.Decoder(_Row).decode


def to_event(content: bytes) -> ImportedEvent:
    """Raises FieldError, and what msgspec raises."""
    row = _decode(content)
    properties = object_of(row.properties, "properties")
    name = text_of(row.event)
    kind = TYPES.get(name, "track")
    event = ImportedEvent(
        moment_of(row.timestamp),
        event_id=text_of(row.uuid) or text_of(row.id),
        type=kind,
        event=name if kind == "track" else "",
        session_id=text_of(properties.get("$session_id")),
        traits=traits_of(row, properties),
    )
    person = text_of(row.distinct_id) or text_of(properties.get("distinct_id"))
    identify(event, properties, person)
    context = context_of(row, properties)
    event.context = context
    _join_groups(event, properties, context)
    without(properties, DROPPED)
    if kind == "screen" and (screen := properties.pop("$screen_name", None)):
        properties["name"] = screen
    if row.elements_chain:
        properties["$elements_chain"] = row.elements_chain
    event.properties = properties or None
    return finished(event)


def traits_of(row: _Row, properties: Object) -> Object | None:
    """What the event told about the person; what holds once yields to what holds now."""
    once = object_of(row.set_once or properties.get("$set_once"), "set_once")
    now = object_of(row.sent_set or properties.get("$set"), "set")
    return {**once, **now} or None


def identify(event: ImportedEvent, properties: Object, person: str) -> None:
    if event.type == "alias":
        event.user_id, event.previous_id = person, text_of(properties.pop("alias", None))
    elif event.type == "identify":
        event.user_id = person
        event.anonymous_id = text_of(properties.get("$anon_distinct_id"))
    elif is_anonymous(person, properties):
        event.anonymous_id = person
    else:
        event.user_id = person


def is_anonymous(person: str, properties: Object) -> bool:
    """Said by newer libraries; else told by the form of the id."""
    known = properties.get("$is_identified")
    if isinstance(known, bool):
        return not known
    if properties.get("$user_id"):
        return False
    return person == properties.get("$device_id") or ANONYMOUS.fullmatch(person) is not None


def context_of(row: _Row, properties: Object) -> Object:
    context: Object = {}
    if properties.get("$referrer") == DIRECT:
        del properties["$referrer"]
    take_context(properties, CONTEXT, context)
    if "ip" not in context and (address := text_of(row.ip)):
        context["ip"] = address
    return context


def _join_groups(event: ImportedEvent, properties: Object, context: Object) -> None:
    """The first group is the event's; all of them are kept."""
    if event.type == "group":
        event.group_id = text_of(properties.pop("$group_key", None))
        event.traits = object_of(properties.pop("$group_set", None), "$group_set") or event.traits
    groups = properties.get("$groups")
    if isinstance(groups, dict) and groups:
        context["groups"] = groups
        event.group_id = event.group_id or text_of(next(iter(groups.values())))
