"""Tables of other products' properties and their places in our context."""

from decimal import Decimal
from typing import Any

from ingest.protocols.event import Object

# A property, and where in `context` it goes: section ('' for its top level) and member.
Table = tuple[tuple[str, str, str], ...]

# Members that are not text or a number as text.
_TEXTS = frozenset({"ip", "user_agent", "locale", "timezone"})
_NUMBERS = frozenset({"width", "height", "density", "latitude", "longitude"})
_OBJECTS = frozenset({"groups"})
_FLAGS = frozenset({"geoip_disable"})
# What libraries say of pages that nobody referred to.
_NO_REFERRER = "$direct"


def take_context(properties: Object, table: Table, context: Object) -> None:
    """Move what the table names into `context`; what is of another type stays where it is.

    Empty values go. Of several properties with one place the first that is there counts; another
    one stays if it says something else.
    """
    for name, section, member in table:
        if name not in properties:
            continue
        value = properties[name]
        if value is None or value in ("", {}) or (member == "referrer" and value == _NO_REFERRER):
            del properties[name]
            continue
        accepted = _accepted(member, value)
        if accepted is None:
            continue
        target = context.setdefault(section, {}) if section else context
        if target.setdefault(member, accepted) == accepted:
            del properties[name]


def text_of(value: Any) -> str:
    """A text or number as text; '' for everything that is no id or name."""
    if value.__class__ is str:
        return value  # type: ignore[no-any-return]
    if value.__class__ is int or value.__class__ is float:
        return str(int(value)) if value == value // 1 else str(value)
    return str(value) if value.__class__ is Decimal else ""


def _accepted(member: str, value: Any) -> Any:
    """The value in the type that the member has, None if it has another."""
    if member in _TEXTS:
        return value if isinstance(value, str) else None
    if member in _OBJECTS:
        return value if isinstance(value, dict) else None
    if member in _FLAGS:
        return value if value is True else None
    if member in _NUMBERS and value.__class__ in (int, float, Decimal):
        return value
    return text_of(value) or None
