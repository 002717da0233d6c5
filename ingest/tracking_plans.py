"""A project's tracking plan, and what an event breaks of it.

The plan comes with the write keys. Its schemas are compiled when an event first needs them, once a
version: the objects below are kept as long as their version is in force.
"""

from functools import cached_property
from typing import Any

import jsonschema_rs
import msgspec

from control_plane.tracking_plan.schemas import compile_schema
from ingest.protocols.event import DEFAULT_NAMES
from ingest.protocols.rejection import Rejection

OFF, ENFORCE, REJECT = "off", "enforce", "reject"
UNKNOWN_EVENT = "unknown_event"
PLAN_VIOLATION = "plan_violation"
# Names that clients did not choose: to leave them out of a plan is no mistake.
RESERVED = frozenset(DEFAULT_NAMES.values())

MAX_VIOLATIONS = 10  # an event
MAX_PATH = 80  # characters
MAX_DETAIL = 60

Object = dict[str, Any] | msgspec.Raw | None


class PlannedEvent(msgspec.Struct, dict=True, omit_defaults=True):
    """`mode` None: that of the plan."""

    mode: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None

    @cached_property
    def validators(self) -> tuple[tuple[str, jsonschema_rs.Draft202012Validator], ...]:
        parts = (("properties", self.properties), ("traits", self.traits))
        return tuple((part, compile_schema(schema)) for part, schema in parts if schema is not None)


class TrackingPlan(msgspec.Struct, dict=True, omit_defaults=True):
    version: int
    mode: str = OFF
    unknown_events: str = "allow"
    events: dict[str, PlannedEvent] = {}

    @property
    def checks_anything(self) -> bool:
        return self.mode != OFF or any(
            event.mode not in (None, OFF) for event in self.events.values()
        )


def check(
    plan: TrackingPlan, event_name: str, properties: Object, traits: Object
) -> tuple[str, ...]:
    """Short texts of what the event breaks; raises Rejection where the plan is enforced."""
    event = plan.events.get(event_name)
    if event is None:
        return _check_unknown(plan, event_name)
    mode = event.mode or plan.mode
    if mode == OFF:
        return ()
    found: list[tuple[str, str]] = []
    for part, validator in event.validators:
        value = properties if part == "properties" else traits
        members: dict[str, Any] = (
            msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value or {}
        )
        if not validator.is_valid(members):
            found += _violations(part, validator, members)
    if not found:
        return ()
    texts = tuple(dict.fromkeys(text for _, text in found))[:MAX_VIOLATIONS]
    if mode == ENFORCE:
        more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
        raise Rejection(PLAN_VIOLATION, "; ".join(texts[:3]) + more, found[0][0])
    return texts


def _check_unknown(plan: TrackingPlan, event_name: str) -> tuple[str, ...]:
    if plan.mode == OFF or event_name in RESERVED:
        return ()
    if plan.unknown_events == REJECT:
        reason = f"the tracking plan has no event {event_name!r}"
        raise Rejection(UNKNOWN_EVENT, reason, "event")
    return (UNKNOWN_EVENT,)


def _violations(
    part: str, validator: jsonschema_rs.Draft202012Validator, value: dict[str, Any]
) -> list[tuple[str, str]]:
    """Field and text of each: `properties.revenue` and `properties.revenue: type number`.

    They name fields and rules, not values, which may be personal.
    """
    found = []
    for error in validator.iter_errors(value):
        field = _field(part, error)
        rule, detail = error.kind.name, _detail(error)
        found.append((field, f"{field}: {rule}{' ' if detail else ''}{detail}"))
        if len(found) == MAX_VIOLATIONS:
            break
    return found


def _field(part: str, error: jsonschema_rs.ValidationError) -> str:
    """Places in lists become `[]`, so that a rule broken by each element is one violation."""
    path = list(error.instance_path)
    if error.kind.name == "required":
        path.append(str(error.kind.value))
    text = part
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}"
    return text if len(text) <= MAX_PATH else text[: MAX_PATH - 1] + "…"


def _detail(error: jsonschema_rs.ValidationError) -> str:
    """What the rule asks for, from the schema; of unexpected members, their names."""
    kind = error.kind
    match kind.name:
        case "type":
            detail = " or ".join(kind.value)
        case "additionalProperties" | "unevaluatedProperties":
            detail = ", ".join(sorted(kind.value))
        case "required" | "pattern" | "anyOf" | "oneOf" | "allOf" | "not" | "propertyNames":
            return ""
        case "enum":
            detail = ", ".join(map(_plain, kind.value))
        case _:
            detail = _plain(kind.value) if isinstance(kind.value, str | int | float) else ""
    return detail if len(detail) <= MAX_DETAIL else detail[: MAX_DETAIL - 1] + "…"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
