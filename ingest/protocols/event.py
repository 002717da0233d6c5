"""The event that every protocol is decoded to, in the shape of the native one."""

from typing import Any

import msgspec

TYPES = frozenset({"track", "page", "screen", "identify", "group", "alias"})
# What an event is called when its type does not ask for a name.
DEFAULT_NAMES = {
    "page": "page_view",
    "screen": "screen_view",
    "identify": "identify",
    "group": "group",
    "alias": "alias",
}

Id = str | int | None
Time = str | int | float | None
Object = dict[str, Any]
# As `sent_at` of an event: its time is as sent, whatever the batch says. JSON has no NaN.
NOT_TO_BE_CORRECTED = float("nan")
# JSON as sent, to be decoded only if it was not seen before; or put together by a protocol.
Context = msgspec.Raw | Object | None


class Event(msgspec.Struct, gc=False):
    """As sent: nothing here is checked beyond its JSON type."""

    type: str | None = None
    event: str | None = None
    event_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    session_id: Id = None
    group_id: Id = None
    previous_id: Id = None
    timestamp: Time = None
    sent_at: Time = None
    properties: Object | None = None
    traits: Object | None = None
    context: Context = None
