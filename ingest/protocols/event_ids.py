"""Every event has a UUID, by which a client's retries are recognised."""

import re

import uuid_utils

_is_canonical = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
).fullmatch
_NIL = "00000000-0000-0000-0000-000000000000"
NAMESPACE = uuid_utils.UUID("6f2c0f4e-5d0b-5c9e-9a57-3f1d6e0c7b21")


def normalise(given: str | int | None) -> tuple[str, str | None]:
    """The id in canonical form, and the correction that it took.

    An absent, blank or nil id gets a new one, so retries of such an event cannot be told from new
    events; any other text is hashed, so its retries can.
    """
    text = "" if given is None else str(given)
    if _is_canonical(text) and text != _NIL:
        return text, None
    if text == _NIL or not text.strip():
        return str(uuid_utils.uuid7()), "event_id_generated"
    lowered = text.lower()
    if _is_canonical(lowered):
        return lowered, None
    return str(uuid_utils.uuid5(NAMESPACE, text)), "event_id_hashed"
