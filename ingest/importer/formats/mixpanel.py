"""Mixpanel's raw export: `{"event": …, "properties": {"time": …, "distinct_id": …, …}}` a line."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ingest.importer.event_ids import hashed
from ingest.importer.formats.event import (
    DEFAULT_CONTEXT,
    ImportedEvent,
    finished,
    moment_of,
    object_of,
)
from ingest.protocols import numbers
from ingest.protocols.context_places import Table, text_of
from ingest.protocols.event import Object
from ingest.protocols.made_up_ids import is_made_up
from ingest.protocols.remembered_context import RememberedContext

CONTEXT: Table = (
    ("$current_url", "page", "url"),
    ("current_url_path", "page", "path"),
    ("current_page_title", "page", "title"),
    ("$referrer", "page", "referrer"),
    ("utm_source", "campaign", "source"),
    ("utm_medium", "campaign", "medium"),
    ("utm_campaign", "campaign", "name"),
    ("utm_term", "campaign", "term"),
    ("utm_content", "campaign", "content"),
    ("$browser", "browser", "name"),
    ("$browser_version", "browser", "version"),
    ("$os", "os", "name"),
    ("$os_version", "os", "version"),
    ("$device", "device", "name"),
    ("$model", "device", "model"),
    ("$manufacturer", "device", "manufacturer"),
    ("$brand", "device", "brand"),
    ("$device_type", "device", "type"),
    ("$screen_width", "screen", "width"),
    ("$screen_height", "screen", "height"),
    ("$screen_dpi", "screen", "density"),
    ("mp_country_code", "location", "country"),
    ("$region", "location", "region"),
    ("$city", "location", "city"),
    ("$timezone", "", "timezone"),
    ("mp_lib", "library", "name"),
    ("$lib_version", "library", "version"),
    ("$app_version_string", "app", "version"),
    ("$app_version", "app", "version"),
    ("$app_build_number", "app", "build"),
    ("$carrier", "network", "carrier"),
    ("$user_agent", "", "user_agent"),
    ("ip", "", "ip"),
)
DEVICE = "$device:"
NAMES = {"$mp_web_page_view": "page", "mp_page_view": "page"}
DROPPED = ("time", "distinct_id", "$insert_id", "$user_id", "$device_id", "token")


class _Record(msgspec.Struct, gc=False):
    event: Any = None
    properties: Any = None


_decode = msgspec.json.Decoder(_Record, float_hook=numbers.exact).decode
_context = RememberedContext(CONTEXT, DROPPED, DEFAULT_CONTEXT)


def reader(zone: ZoneInfo | None = None) -> Callable[[bytes], ImportedEvent]:
    """`zone` is that of a project from before 2023, whose exports count seconds on its clocks."""

    def to_event(content: bytes) -> ImportedEvent:
        """Raises FieldError, and what msgspec raises."""
        record = _decode(content)
        properties = object_of(record.properties, "properties")
        moment = moment_of(properties.get("time"))
        if zone is not None:
            moment = moment.replace(tzinfo=zone).astimezone(UTC)
        name = text_of(record.event)
        event = ImportedEvent(moment, type=NAMES.get(name, "track"), event=name)
        event.event_id = event_id(name, properties, moment)
        identify(event, properties)
        if event.type == "page":
            event.event = ""
        event.context = _context.take(properties)
        event.properties = properties or None
        return finished(event)

    return to_event


def event_id(name: str, properties: Object, moment: datetime) -> str:
    """`$insert_id` tells events apart only together with name, person and time."""
    insert_id = text_of(properties.get("$insert_id"))
    if not insert_id:
        return ""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    person = text_of(properties.get("distinct_id"))
    return hashed(milliseconds, f"{name}\0{person}\0{insert_id}")


def identify(event: ImportedEvent, properties: Object) -> None:
    """Who it was, and the three events by which Mixpanel joins ids."""
    person = text_of(properties.get("distinct_id"))
    match event.event:
        case "$identify":
            event.type, event.event = "identify", ""
            event.user_id = text_of(properties.pop("$identified_id", None)) or person
            event.anonymous_id = text_of(properties.pop("$anon_id", None)).removeprefix(DEVICE)
        case "$create_alias":
            alias = text_of(properties.pop("alias", None))
            event.type, event.event = "alias", ""
            event.user_id, event.previous_id = alias or person, person
        case "$merge":
            event.type, event.event = "alias", ""
            event.user_id, event.previous_id = _merged(properties.pop("$distinct_ids", None))
        case _:
            _name_person(event, properties, person)


def _name_person(event: ImportedEvent, properties: Object, person: str) -> None:
    event.user_id = text_of(properties.get("$user_id"))
    event.anonymous_id = text_of(properties.get("$device_id"))
    if event.user_id or not person or person == event.anonymous_id:
        return
    if person.startswith(DEVICE):
        event.anonymous_id = event.anonymous_id or person.removeprefix(DEVICE)
    elif is_made_up(person) and not event.anonymous_id:
        event.anonymous_id = person
    else:
        event.user_id = person


def _merged(ids: Any) -> tuple[str, str]:
    """The id that a person goes by, and the other one."""
    if not isinstance(ids, list) or len(ids) != 2:
        return "", ""
    first, second = (text_of(each).removeprefix(DEVICE) for each in ids)
    return (second, first) if is_made_up(first) else (first, second)
