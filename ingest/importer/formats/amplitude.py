"""Amplitude's export: a zip of gzip files with one event a line, times in UTC."""

from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from ingest.importer.event_ids import hashed
from ingest.importer.formats.event import (
    DEFAULT_CONTEXT,
    ImportedEvent,
    code_of,
    finished,
    moment_of,
    object_of,
)
from ingest.protocols import numbers
from ingest.protocols.context_places import Table, take_context, text_of
from ingest.protocols.event import Object

# Without `device_id`, which is the event's anonymous id.
CONTEXT: Table = (
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
PAGE_NAMES = frozenset(name for name, _, _ in PAGE)
UTM = {f"utm_{name}": name for name in ("source", "medium", "campaign", "term", "content")}
NAMES = {"[Amplitude] Page Viewed": "page", "[Amplitude] Screen Viewed": "screen"}
PLATFORMS = {"web": "web", "ios": "ios", "android": "android"}
NO_SESSION = ("-1", "0", "")
MAX_CONTEXTS = 4_096


class _Record(msgspec.Struct, gc=False):
    event_type: Any = None
    event_time: Any = None
    client_event_time: Any = None
    user_id: Any = None
    device_id: Any = None
    session_id: Any = None
    uuid: Any = None
    insert_id: Any = msgspec.field(name="$insert_id", default=None)
    event_properties: Any = None
    user_properties: Any = None
    groups: Any = None
    group_properties: Any = None
    platform: Any = None
    country: Any = None
    library: Any = None
    os_name: Any = None
    os_version: Any = None
    device_family: Any = None
    device_type: Any = None
    device_brand: Any = None
    device_manufacturer: Any = None
    device_model: Any = None
    idfa: Any = None
    adid: Any = None
    device_carrier: Any = None
    region: Any = None
    city: Any = None
    location_lat: Any = None
    location_lng: Any = None
    language: Any = None
    version_name: Any = None
    ip_address: Any = None
    user_agent: Any = None


# Members of a record that say where, on what and with what it happened.
SURROUNDINGS = (
    *("platform", "country", "library"),
    *(name for name, _, _ in (*WEB, *CONTEXT)),
)
_decode = msgspec.json.Decoder(_Record, float_hook=numbers.exact).decode
_surroundings = attrgetter(*SURROUNDINGS)
_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode_list = msgspec.json.Decoder(list[Any], float_hook=numbers.exact).decode


def to_event(content: bytes) -> ImportedEvent:
    """Raises FieldError, and what msgspec raises."""
    record = _decode(content)
    name = text_of(record.event_type)
    moment = moment_of(record.event_time, record.client_event_time)
    kind = NAMES.get(name, "track")
    session_id = text_of(record.session_id)
    event = ImportedEvent(
        moment,
        type=kind,
        event=name if kind == "track" else "",
        user_id=text_of(record.user_id),
        anonymous_id=text_of(record.device_id),
        session_id="" if session_id in NO_SESSION else session_id,
    )
    event.event_id = text_of(record.uuid) or event_id(event, text_of(record.insert_id))
    properties = object_of(record.event_properties, "event_properties")
    traits = object_of(record.user_properties, "user_properties")
    groups = object_of(record.groups, "groups")
    page = None if PAGE_NAMES.isdisjoint(properties) else _take_page(properties)
    campaign = None if UTM.keys().isdisjoint(traits) else _campaign(traits)
    event.context = _context(_encode((*_surroundings(record), page, campaign, groups)))
    if groups:
        event.group_id = _first_group(groups)
    event.properties = properties or None
    event.traits = traits or None
    if name in ("$identify", "$groupidentify"):
        _call(event, name, record)
    return finished(event)


def event_id(event: ImportedEvent, insert_id: str) -> str:
    """`$insert_id` is the sender's and tells apart events of a device."""
    if not insert_id:
        return ""
    milliseconds = max(0, int(event.timestamp.timestamp() * 1000))
    return hashed(milliseconds, f"{event.anonymous_id}\0{insert_id}")


@lru_cache(MAX_CONTEXTS)
def _context(reasons: bytes) -> msgspec.Raw:
    """The context of records with these surroundings, page, campaign and groups."""
    *values, page, campaign, groups = _decode_list(reasons)
    given = dict(zip(SURROUNDINGS, values, strict=True))
    return msgspec.Raw(_encode(context_of(given, page, campaign, groups)))


def context_of(
    given: Object, page: Object | None, campaign: Object | None, groups: Object
) -> Object:
    context: Object = {}
    platform = text_of(given["platform"])
    if platform:
        context["platform"] = PLATFORMS.get(platform.lower(), platform)
    take_context(given, WEB if platform.lower() == "web" else ELSEWHERE, context)
    country = text_of(given["country"])
    if country:
        context["location"] = {"country": code_of(country)}
    take_context(given, CONTEXT, context)
    library = text_of(given["library"])
    if library:
        short, _, version = library.partition("/")
        context["library"] = {"name": short, "version": version} if version else {"name": short}
    said = {"page": page, "campaign": campaign, "groups": groups}
    return DEFAULT_CONTEXT | context | {name: value for name, value in said.items() if value}


def _take_page(properties: Object) -> Object | None:
    context: Object = {}
    take_context(properties, PAGE, context)
    return context.get("page")


def _campaign(traits: Object) -> Object:
    """The last campaign that Amplitude kept with the person, whose traits it stays among."""
    return {
        "name" if name == "campaign" else name: value
        for trait, name in UTM.items()
        if (value := text_of(traits.get(trait)))
    }


def _call(event: ImportedEvent, name: str, record: _Record) -> None:
    """The two events that describe a person or a group."""
    event.event = ""
    if name == "$identify":
        event.type = "identify"
    else:
        event.type = "group"
        event.traits = _group_traits(record.group_properties) or event.traits


def _group_traits(value: Any) -> Object:
    """`{type: {name: {…}}}` of the one group that such an event is about, or its traits alone."""
    traits = object_of(value, "group_properties")
    for _ in range(2):
        inner = list(traits.values())
        if len(inner) != 1 or not isinstance(inner[0], dict):
            break
        traits = inner[0]
    return traits


def _first_group(groups: Object) -> str:
    value = next(iter(groups.values()))
    return text_of(value[0] if isinstance(value, list) and value else value)
