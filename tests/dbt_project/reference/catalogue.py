"""Events and their properties as they were sent and planned, by listing every value."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.dbt_project.reference.events import Event, Project

TYPES = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    dict: "object",
    list: "array",
}
MAX_SAMPLES = 5
MAX_SAMPLE_LENGTH = 100

Plan = Mapping[tuple[str, str], tuple[str, str]]
"""(event, property or "") to (value type, description)."""


@dataclass(frozen=True)
class EventEntry:
    description: str
    is_documented: bool
    event_count: int
    first_seen_ms: int | None
    last_seen_ms: int | None


@dataclass(frozen=True)
class PropertyEntry:
    value_type: str
    fill_rate: float
    description: str
    is_documented: bool
    event_count: int
    first_seen_ms: int | None
    last_seen_ms: int | None
    samples: object


@dataclass(frozen=True)
class AnyOf:
    """Equals every choice of up to five of the values; which ones is left to the models."""

    values: frozenset[str]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, tuple)
            and set(other) <= self.values
            and len(other) == len(set(other)) == min(len(self.values), MAX_SAMPLES)
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass
class _Seen:
    times: list[int] = field(default_factory=list)
    values: list[object] = field(default_factory=list)


def events_seen(project: Project, events: Iterable[Event], plan: Plan) -> dict[str, EventEntry]:
    times: dict[str, list[int]] = defaultdict(list)
    for event in events:
        if event.is_counted(project):
            times[event.event_name].append(event.occurred_ms)
    planned = {name: text for (name, of), (_, text) in plan.items() if not of}
    return {
        name: EventEntry(
            planned.get(name, ""),
            name in planned,
            len(times.get(name, [])),
            min(times.get(name, []), default=None),
            max(times.get(name, []), default=None),
        )
        for name in times.keys() | planned
    }


def properties_seen(
    project: Project, events: Iterable[Event], plan: Plan
) -> dict[tuple[str, str], PropertyEntry]:
    seen: dict[tuple[str, str], _Seen] = defaultdict(_Seen)
    totals: dict[str, int] = defaultdict(int)
    for event in events:
        if event.is_counted(project):
            totals[event.event_name] += 1
            for name, value in event.properties.items():
                if name and value is not None:
                    seen[event.event_name, name].times.append(event.occurred_ms)
                    seen[event.event_name, name].values.append(value)
    planned = {key: entry for key, entry in plan.items() if key[1]}
    return {
        key: _property(key, seen.get(key, _Seen()), totals[key[0]], planned)
        for key in seen.keys() | planned
    }


def _property(key: tuple[str, str], seen: _Seen, total: int, planned: Plan) -> PropertyEntry:
    planned_type, description = planned.get(key, ("", ""))
    types = {TYPES[type(value)] for value in seen.values}
    return PropertyEntry(
        value_type=planned_type if not types else types.pop() if len(types) == 1 else "mixed",
        fill_rate=len(seen.values) / total if total else 0.0,
        description=description,
        is_documented=key in planned,
        event_count=len(seen.values),
        first_seen_ms=min(seen.times, default=None),
        last_seen_ms=max(seen.times, default=None),
        samples=AnyOf(frozenset() if key[1] == "email" else _shown(seen.values)),
    )


def _shown(values: Iterable[object]) -> frozenset[str]:
    texts = (
        value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for value in values
    )
    return frozenset(text[:MAX_SAMPLE_LENGTH] for text in texts if text)
