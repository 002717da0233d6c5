"""The document of a plan: checked as a whole, changed event by event."""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from control_plane.errors import InvalidValueError
from control_plane.tracking_plan.schemas import PlanProblem, problems_of

MAX_EVENTS = 1_000
MAX_PLAN_BYTES = 1024 * 1024
MAX_NAME_LENGTH = 200
MAX_DESCRIPTION_LENGTH = 5_000

Document = dict[str, Any]
EventSchema = dict[str, Any]


class Mode(StrEnum):
    """What happens to an event that breaks the plan: nothing, a note on it, or its rejection."""

    OFF = "off"
    WARN = "warn"
    ENFORCE = "enforce"


class UnknownEvents(StrEnum):
    """What happens to an event that the plan does not name, unless the mode is off."""

    ALLOW = "allow"
    REJECT = "reject"


class InvalidPlanError(InvalidValueError):
    """`problems` names every field that is wrong."""

    def __init__(self, problems: list[PlanProblem]) -> None:
        first = problems[0]
        super().__init__(first.field, first.reason)
        self.problems = problems


def empty() -> Document:
    return {"mode": Mode.OFF.value, "unknown_events": UnknownEvents.ALLOW.value, "events": {}}


def checked(given: Any, settings: Document | None = None) -> Document:
    """The plan in its stored form: `mode`, `unknown_events`, `events`, each in the order given.

    What `given` leaves out of the first two is taken from `settings`. Raises InvalidPlanError.
    """
    found = list(_problems(given))
    if found:
        raise InvalidPlanError(found)
    defaults = settings or empty()
    document = {
        "mode": given.get("mode", defaults["mode"]),
        "unknown_events": given.get("unknown_events", defaults["unknown_events"]),
        "events": given.get("events") or {},
    }
    size = len(encoded(document).encode())
    if size > MAX_PLAN_BYTES:
        reason = f"the plan has {size} bytes, {MAX_PLAN_BYTES} are allowed"
        raise InvalidPlanError([PlanProblem("", reason, "plan_too_large")])
    return document


def encoded(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def with_event(document: Document, name: str, event: EventSchema) -> Document:
    """The plan with this event added at its end, or changed where it stands."""
    return {**document, "events": {**document["events"], name: event}}


def without_event(document: Document, name: str) -> Document:
    return {
        **document,
        "events": {key: event for key, event in document["events"].items() if key != name},
    }


def _problems(given: Any) -> Iterator[PlanProblem]:
    if not isinstance(given, dict):
        yield PlanProblem("", "a tracking plan is an object with `events`", "invalid_type")
        return
    yield from _unknown_members(given, ("mode", "unknown_events", "events"), "")
    yield from _choice(given, "mode", tuple(Mode), "")
    yield from _choice(given, "unknown_events", tuple(UnknownEvents), "")
    events = given.get("events") or {}
    if not isinstance(events, dict):
        yield PlanProblem("events", "is an object: a schema by each event name", "invalid_type")
        return
    if len(events) > MAX_EVENTS:
        reason = f"the plan names {len(events)} events, {MAX_EVENTS} are allowed"
        yield PlanProblem("events", reason, "plan_too_large")
        return
    for name, event in events.items():
        yield from event_problems(name, event, f"events.{name}")


def event_problems(name: Any, event: Any, path: str) -> Iterator[PlanProblem]:
    """What is wrong with one event; `path` is how its fields are named."""
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME_LENGTH:
        reason = f"an event name is text of 1 to {MAX_NAME_LENGTH} characters"
        yield PlanProblem(path, reason, "invalid_name")
    if not isinstance(event, dict):
        yield PlanProblem(path, "an event is an object with `properties`", "invalid_type")
        return
    prefix = f"{path}." if path else ""
    yield from _unknown_members(event, ("description", "mode", "properties", "traits"), prefix)
    yield from _choice(event, "mode", tuple(Mode), prefix)
    description = event.get("description", "")
    if not isinstance(description, str) or len(description) > MAX_DESCRIPTION_LENGTH:
        reason = f"is text of up to {MAX_DESCRIPTION_LENGTH} characters"
        yield PlanProblem(f"{prefix}description", reason, "invalid_type")
    for part in ("properties", "traits"):
        if part in event:
            yield from problems_of(event[part], f"{prefix}{part}")


def _choice(
    given: Document, key: str, known: tuple[str, ...], prefix: str
) -> Iterator[PlanProblem]:
    if key in given and given[key] not in known:
        reason = f"{given[key]!r} is not one of {', '.join(known)}"
        yield PlanProblem(f"{prefix}{key}", reason, "unknown_value")


def _unknown_members(given: Document, known: tuple[str, ...], prefix: str) -> Iterator[PlanProblem]:
    for key in given:
        if key not in known:
            reason = f"is none of {', '.join(known)}"
            yield PlanProblem(f"{prefix}{key}", reason, "unknown_member")
