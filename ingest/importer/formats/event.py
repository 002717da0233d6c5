"""The event that the formats make, and what they share in making it."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from ingest.importer.expressions.countries import country_code
from ingest.importer.mapping import FieldError
from ingest.importer.outcomes import LIBRARY
from ingest.protocols import numbers, timestamps
from ingest.protocols.event import Object

DEFAULT_CONTEXT: Object = {"library": LIBRARY}

_decode_any = msgspec.json.Decoder(float_hook=numbers.exact).decode


class ImportedEvent(msgspec.Struct, omit_defaults=True, gc=False):
    """A native event. `event_id` is '' where the record has none that could be kept."""

    timestamp: datetime
    event_id: str = ""
    type: str = "track"
    event: str = ""
    user_id: str = ""
    anonymous_id: str = ""
    session_id: str = ""
    group_id: str = ""
    previous_id: str = ""
    properties: Object | None = None
    traits: Object | None = None
    context: Object | msgspec.Raw | None = None


def moment_of(*candidates: Any) -> datetime:
    """The first time given: text, or a number of seconds, milli- or microseconds since 1970.

    Text without a zone is UTC, as all of these exports are. Raises FieldError.
    """
    for value in candidates:
        if value is not None and value != "":
            return _read_time(value)
    raise FieldError("timestamp", "there is no timestamp")


def _read_time(value: Any) -> datetime:
    """The usual forms are read at once, all others as the ingest API reads them."""
    try:
        if value.__class__ is str:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is UTC:
                return moment
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
            return datetime.fromisoformat(f"{value}Z")  # half the time of `replace`
        if value.__class__ is int and 0 <= value < 10**11:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError):
        pass
    parsed, _ = timestamps.read(float(value) if isinstance(value, Decimal) else value)
    if parsed is None:
        raise FieldError("timestamp", f"{str(value)[:60]!r} is not a time")
    return parsed


def object_of(value: Any, field: str) -> Object:
    """An object, also where the export wrote it as JSON text. Raises FieldError."""
    if value.__class__ is dict:
        return value  # type: ignore[no-any-return]
    if isinstance(value, str) and value:
        try:
            value = _decode_any(value)
        except (msgspec.MsgspecError, RecursionError):
            raise FieldError(field, f"{field} is not JSON") from None
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise FieldError(field, f"{field} is not an object")
    return value


def finished(event: ImportedEvent) -> ImportedEvent:
    """With the library that stands for all imports if the record names none. Raises FieldError."""
    if not event.user_id and not event.anonymous_id:
        raise FieldError("user_id", "nothing in the record says who it was")
    if not event.event and event.type == "track":
        raise FieldError("event", "the event has no name")
    if event.context is None:
        event.context = DEFAULT_CONTEXT
    elif isinstance(event.context, dict):
        event.context.setdefault("library", LIBRARY)
    return event


@lru_cache(maxsize=1024)
def code_of(country: str) -> str:
    """ISO 3166 code of a country's name; what is no country's name stays as it is."""
    return country_code(country) or country
