"""A rejected payload made ready to be sent again. Pure functions.

Kept: the event's id, or one that follows from its place in the log, so that two replays make one
row; and the time at which it happened, corrected for the client's clock by the time at which it
first arrived. Each event carries in its context where it comes from.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NAMESPACE = uuid.UUID("b7f1b1b0-3a0e-5c44-9d4b-6f1d2f7f5a11")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=24)
NIL = "00000000-0000-0000-0000-000000000000"

Object = dict[str, Any]


class UnusablePayloadError(Exception):
    """The payload cannot be sent; the message says what it needs."""


@dataclass(frozen=True)
class Wire:
    """How a protocol names what a replay touches. `times` are tried in their order."""

    path: str
    batch: str
    id: str
    times: tuple[str, ...]
    sent_at: str


WIRES = {
    "native": Wire("/v1/events", "events", "event_id", ("timestamp",), "sent_at"),
    "segment": Wire(
        "/v1/batch", "batch", "messageId", ("originalTimestamp", "timestamp"), "sentAt"
    ),
    "posthog": Wire("/batch", "batch", "uuid", ("timestamp",), "sent_at"),
}


@dataclass(frozen=True)
class Origin:
    """What is on record of a rejected event."""

    rejected_id: str
    project_id: str
    received_at: datetime
    code: str
    protocol: str
    payload: str
    envelope: str = ""


@dataclass(frozen=True)
class Repair:
    """`payload` replaces the whole event; `patch` is a JSON Merge Patch (RFC 7396)."""

    payload: Object | None = None
    patch: Object | None = None


@dataclass(frozen=True)
class Prepared:
    protocol: str
    events: list[Object]

    @property
    def event_ids(self) -> tuple[str, ...]:
        key = WIRES[self.protocol].id
        return tuple(str(event[key]) for event in self.events)


def prepare(origin: Origin, repair: Repair) -> Prepared:
    """Raises UnusablePayloadError."""
    protocol = "native" if origin.code == "unloadable" else origin.protocol
    if protocol not in WIRES:
        raise UnusablePayloadError(f"the protocol {protocol!r} cannot be replayed")
    wire = WIRES[protocol]
    whole = _object(origin) if repair.payload is None else repair.payload
    if repair.patch is not None:
        whole = merged(whole, repair.patch)
    events = whole.get(wire.batch)
    if not isinstance(events, list):
        return Prepared(protocol, [_ready(whole, origin, wire, 0)])
    if not events or not all(isinstance(event, dict) for event in events):
        raise UnusablePayloadError(f"`{wire.batch}` must be a list of events")
    shared = {wire.sent_at: whole[wire.sent_at]} if wire.sent_at in whole else {}
    return Prepared(
        protocol,
        [_ready({**shared, **event}, origin, wire, n) for n, event in enumerate(events)],
    )


def merged(target: Any, patch: Any) -> Any:
    """JSON Merge Patch: null removes a member."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def happened_at(original: Any, sent_at: Any, received_at: datetime) -> datetime | None:
    """As docs/reference/ingest-api.md has it, with the first arrival; None: leave it to ingest."""
    if original is None:
        return received_at
    moment, sent = _moment(original), _moment(sent_at)
    if moment is None:
        return None
    corrected = moment if sent is None else received_at - (sent - moment)
    is_sane = EARLIEST <= corrected <= received_at + MAX_AHEAD
    return corrected if is_sane else received_at


def _ready(given: Object, origin: Origin, wire: Wire, number: int) -> Object:
    envelope = json.loads(origin.envelope) if origin.envelope else {}
    event = dict(given)
    if "type" in envelope and "type" not in event:
        event["type"] = envelope["type"]
    if event.get(wire.id) in (None, "", NIL):
        place = f"{origin.project_id}/{origin.rejected_id}/{number}"
        event[wire.id] = str(uuid.uuid5(NAMESPACE, place))
    if "properties" in envelope and isinstance(event.get("properties") or {}, dict):
        event["properties"] = {**(event.get("properties") or {}), **envelope["properties"]}
    sent_at = event.pop(wire.sent_at, None) or envelope.get("sent_at")
    if _is_not_to_be_corrected(event, origin):
        sent_at = None
    time = next((name for name in wire.times if event.get(name) is not None), wire.times[-1])
    moment = happened_at(event.get(time), sent_at, origin.received_at)
    if moment is not None:
        event[time] = moment.isoformat(timespec="milliseconds")
    _mark(event, origin, envelope.get("context") or {})
    return event


def _is_not_to_be_corrected(event: Object, origin: Origin) -> bool:
    """Whether an event of PostHog says that its clock is right."""
    options, properties = event.get("options"), event.get("properties")
    return origin.protocol == "posthog" and (
        (isinstance(options, dict) and options.get("disable_skew_correction") is True)
        or (isinstance(properties, dict) and properties.get("$ignore_sent_at") is True)
    )


def _mark(event: Object, origin: Origin, shared: Object) -> None:
    """Say where it comes from, in what the protocol leaves for such things."""
    if origin.protocol == "posthog" and origin.code != "unloadable":
        if isinstance(event.get("properties", {}), dict):
            event["properties"] = {
                **event.get("properties", {}),
                "$replay_of": origin.rejected_id,
            }
        return
    context = event.get("context") or {}
    if isinstance(context, dict):
        received_at = origin.received_at.isoformat(timespec="milliseconds")
        replay = {"of": origin.rejected_id, "received_at": received_at}
        event["context"] = {**shared, **context, "replay": replay}


def _object(origin: Origin) -> Object:
    try:
        payload = json.loads(origin.payload)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise UnusablePayloadError(
            "the payload is not a JSON object, or was cut at 64 KiB: give the whole event anew"
        )
    return _native_event(payload) if origin.code == "unloadable" else payload


def _native_event(row: Object) -> Object:
    """The event of a row that the warehouse refused."""
    names = ("event_id", "type", "user_id", "anonymous_id", "session_id", "group_id", "previous_id",
             "timestamp", "properties", "traits")  # fmt: skip
    page = {name: row[name] for name in ("url", "path", "title", "referrer") if name in row}
    campaign = {
        name: row[f"utm_{name}"]
        for name in ("source", "medium", "term", "content")
        if f"utm_{name}" in row
    }
    if "utm_campaign" in row:
        campaign["name"] = row["utm_campaign"]
    parts = {
        "page": page,
        "screen": _renamed(row, screen_width="width", screen_height="height"),
        "campaign": campaign,
        "app": _renamed(row, app_version="version"),
        "library": _renamed(row, library="name", library_version="version"),
        "location": _renamed(row, country="country"),
        **_renamed(row, locale="locale", platform="platform", user_agent="user_agent", ip="ip"),
    }
    context = {**(row.get("context") or {}), **{name: part for name, part in parts.items() if part}}
    return {
        **{name: row[name] for name in names if name in row},
        "event": row.get("event_name"),
        "context": context,
    }


def _renamed(row: Object, **names: str) -> Object:
    return {new: row[old] for old, new in names.items() if old in row}


def _moment(value: Any) -> datetime | None:
    """RFC 3339, or a number since 1970 in seconds, milli- or microseconds by its size."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            value = value.strip()
            if not value.replace(".", "", 1).isdigit():
                return None
            value = float(value)
        else:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    scale = 1 if value < 1e11 else 1e3 if value < 1e14 else 1e6
    try:
        return datetime.fromtimestamp(value / scale, UTC)
    except (OverflowError, ValueError, OSError):
        return None
