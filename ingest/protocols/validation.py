"""What an event must hold, whatever protocol it came by."""

from typing import Any

from ingest.project import EventLimits
from ingest.protocols.event import DEFAULT_NAMES, TYPES, Event, Id
from ingest.protocols.rejection import Rejection

MAX_NAME_LENGTH = 200
MAX_ID_LENGTH = 512
_CONTAINERS: frozenset[type] = frozenset({dict, list})


def too_large(size: int, limits: EventLimits, shared_size: int = 0) -> Rejection:
    """`shared_size` is that of the batch's context, which is stored with each of its events."""
    if not shared_size:
        reason = f"the event has {size} bytes, the limit is {limits.max_event_bytes}"
        return Rejection("event_too_large", reason)
    reason = (
        f"the event has {size} bytes and the batch's context, which it shares, {shared_size}; "
        f"the limit is {limits.max_event_bytes}"
    )
    return Rejection("event_too_large", reason, "context")


def unknown_type(kind: str) -> Rejection:
    reason = f"{kind[:40]!r} is none of {', '.join(sorted(TYPES))}"
    return Rejection("unknown_type", reason, "type")


def event_name(event: Event, kind: str) -> str:
    name = event.event or DEFAULT_NAMES.get(kind)
    if not name or name.isspace():
        raise Rejection("missing_event_name", "a track event needs a name", "event")
    if len(name) > MAX_NAME_LENGTH:
        reason = f"the name has {len(name)} characters, the limit is {MAX_NAME_LENGTH}"
        raise Rejection("event_name_too_long", reason, "event")
    return name


def identity(event: Event) -> tuple[str, str]:
    """User id and anonymous id, of which one must be there."""
    user_id = text_id(event.user_id, "user_id")
    anonymous_id = text_id(event.anonymous_id, "anonymous_id")
    if not (user_id.strip() or anonymous_id.strip()):
        reason = "neither user_id nor anonymous_id is given"
        raise Rejection("missing_identity", reason, "user_id")
    return user_id, anonymous_id


def text_id(value: Id, field: str) -> str:
    """Numbers become their digits; absent becomes ''."""
    text = "" if value is None else str(value)
    if len(text) > MAX_ID_LENGTH:
        reason = f"the id has {len(text)} characters, the limit is {MAX_ID_LENGTH}"
        raise Rejection("id_too_long", reason, field)
    return text


def check_object(value: dict[str, Any], limits: EventLimits, field: str) -> None:
    """Bound the number of members and the depth; a flat object has depth 1."""
    if len(value) > limits.max_properties:
        reason = f"{len(value)} members, the limit is {limits.max_properties}"
        raise Rejection("too_many_properties", reason, field)
    if not _CONTAINERS.isdisjoint(map(type, value.values())):
        check_depth(value, limits.max_depth, field)


def check_depth(value: dict[str, Any], limit: int, field: str) -> None:
    if _is_deeper(value, limit):
        raise Rejection("too_deep", f"nested more than {limit} deep", field)


def _is_deeper(value: dict[str, Any] | list[Any], depth: int) -> bool:
    if depth == 0:
        return True
    for member in value.values() if isinstance(value, dict) else value:
        kind = member.__class__
        if (kind is dict or kind is list) and _is_deeper(member, depth - 1):
            return True
    return False
