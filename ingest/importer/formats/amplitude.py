"""Amplitude's export: a zip of gzip files with one event a line, times in UTC."""

from typing import Any

import msgspec

from ingest.importer.event_ids import hashed
from ingest.importer.formats.event import (
    ImportedEvent,
    Object,
    Table,
    code_of,
    finished,
    moment_of,
    object_of,
    take_context,
    text_of,
)

CONTEXT: Table = (
    ("device_id", "device", "id"),
    ("device_type", "device", "name"),
    ("device_brand", "device", "brand"),
    ("device_manufacturer", "device", "manufacturer"),
    ("device_model", "device", "model"),
    ("idfa", "device", "advertising_id"),
    ("adid", "device", "advertising_id"),
    ("device_carrier", "network", "carrier"),
    ("region", "location", "region"),
    ("city", "location", "city"),
    ("location_lat", "location", "latitude"),
    ("location_lng", "location", "longitude"),
    ("language", "", "locale"),
    ("version_name", "app", "version"),
    ("ip_address", "", "ip"),
    ("user_agent", "", "user_agent"),
)
# On the web Amplitude keeps the browser under `os` and the system under `device_family`.
WEB: Table = (
    ("os_name", "browser", "name"),
    ("os_version", "browser", "version"),
    ("device_family", "os", "name"),
)
ELSEWHERE: Table = (
    ("os_name", "os", "name"),
    ("os_version", "os", "version"),
    ("device_family", "device", "family"),
)
PAGE: Table = (
    ("[Amplitude] Page Location", "page", "url"),
    ("[Amplitude] Page URL", "page", "url"),
    ("[Amplitude] Page Path", "page", "path"),
    ("[Amplitude] Page Title", "page", "title"),
    ("referrer", "page", "referrer"),
)
UTM = ("source", "medium", "campaign", "term", "content")
NAMES = {"[Amplitude] Page Viewed": "page", "[Amplitude] Screen Viewed": "screen"}
PLATFORMS = {"web": "web", "ios": "ios", "android": "android"}
NO_SESSION = ("-1", "0", "")

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def to_event(content: bytes) -> ImportedEvent:
    """Raises FieldError, and what msgspec raises."""
    record = _decode(content)
    name = text_of(record.get("event_type"))
    event = ImportedEvent(
        moment_of(record.get("event_time"), record.get("client_event_time")),
        type=NAMES.get(name, "track"),
        user_id=text_of(record.get("user_id")),
        anonymous_id=text_of(record.get("device_id")),
    )
    if event.type == "track":
        event.event = name
    session_id = text_of(record.get("session_id"))
    event.session_id = "" if session_id in NO_SESSION else session_id
    event.event_id = event_id(record, event)
    properties = object_of(record.get("event_properties"), "event_properties")
    traits = object_of(record.get("user_properties"), "user_properties")
    groups = object_of(record.get("groups"), "groups")
    event.context = context_of(record, properties, traits)
    if groups:
        event.context["groups"] = groups
        event.group_id = _first_group(groups)
    _special(event, name, record)
    event.properties = properties or None
    event.traits = event.traits or traits or None
    return finished(event)


def event_id(record: Object, event: ImportedEvent) -> str:
    """`uuid` is the export's; `$insert_id` is the sender's and tells apart events of a device."""
    if unique := text_of(record.get("uuid")):
        return unique
    insert_id = text_of(record.get("$insert_id"))
    if not insert_id:
        return ""
    milliseconds = max(0, int(event.timestamp.timestamp() * 1000))
    return hashed(milliseconds, f"{event.anonymous_id}\0{insert_id}")


def context_of(record: Object, properties: Object, traits: Object) -> Object:
    context: Object = {}
    platform = text_of(record.get("platform"))
    if platform:
        context["platform"] = PLATFORMS.get(platform.lower(), platform)
    take_context(record, WEB if platform.lower() == "web" else ELSEWHERE, context)
    country = text_of(record.get("country"))
    if country:
        context["location"] = {"country": code_of(country)}
    take_context(record, CONTEXT, context)
    take_context(properties, PAGE, context)
    library = text_of(record.get("library"))
    if library:
        short, _, version = library.partition("/")
        context["library"] = {"name": short, "version": version} if version else {"name": short}
    _take_campaign(traits, context)
    return context


def _take_campaign(traits: Object, context: Object) -> None:
    """The last campaign that Amplitude kept with the person, whose traits it stays among."""
    campaign = {
        "name" if name == "campaign" else name: value
        for name in UTM
        if (value := text_of(traits.get(f"utm_{name}")))
    }
    if campaign:
        context["campaign"] = campaign


def _special(event: ImportedEvent, name: str, record: Object) -> None:
    if name == "$identify":
        event.type, event.event = "identify", ""
    elif name == "$groupidentify":
        event.type, event.event = "group", ""
        event.traits = _group_traits(record.get("group_properties"))


def _group_traits(value: Any) -> Object | None:
    """`{type: {name: {…}}}` of the one group that such an event is about, or its traits alone."""
    traits = object_of(value, "group_properties")
    for _ in range(2):
        inner = list(traits.values())
        if len(inner) != 1 or not isinstance(inner[0], dict):
            break
        traits = inner[0]
    return traits or None


def _first_group(groups: Object) -> str:
    value = next(iter(groups.values()))
    return text_of(value[0] if isinstance(value, list) and value else value)
