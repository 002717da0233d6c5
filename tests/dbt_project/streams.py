"""Random event streams of small projects, dense in the cases that are easy to get wrong."""

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tests.dbt_project.funnels import funnels_of
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.reference.funnels import Funnel

TIMEZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Apia"]
# Both clock changes of Europe/Berlin and America/New_York lie within some stream.
STARTS = [
    datetime(2025, 3, 7, 18, tzinfo=UTC),
    datetime(2025, 3, 28, 20, tzinfo=UTC),
    datetime(2025, 10, 24, 12, tzinfo=UTC),
    datetime(2024, 12, 30, 3, tzinfo=UTC),
]
NAMES = ["page_view", "page_view", "page_view", "signup", "order_completed", "heartbeat", "search"]
USERS = ["u1", "u2", "u3", "a2", "null", " Guest "]
DEVICES = ["a1", "a2", "a3", "a4", "undefined"]


@dataclass(frozen=True)
class Stream:
    project: Project
    events: list[Event]
    funnels: tuple[Funnel, ...] = ()


def random_stream(seed: int, size: int = 120) -> Stream:
    rng = random.Random(seed)
    project = Project(
        project_id=f"project-{seed:04d}",
        timezone=rng.choice(TIMEZONES),
        session_timeout_seconds=rng.choice([60, 1800, 1800, 7200]),
        session_cap_seconds=rng.choice([3600, 86400]),
        session_cut_at_midnight=rng.random() < 0.3,
        session_cut_on_campaign=rng.random() < 0.3,
        include_bots=rng.random() < 0.3,
    )
    clock = int(rng.choice(STARTS).timestamp() * 1000)
    events = []
    for _ in range(size):
        clock += _gap(rng, project)
        events.append(_event(rng, clock))
    return Stream(project, events, funnels_of(project))


def _gap(rng: random.Random, project: Project) -> int:
    timeout_ms = 1000 * project.session_timeout_seconds
    return rng.choice(
        [
            0,
            0,
            1,
            9999,
            10000,
            59000,
            timeout_ms - 1,
            timeout_ms,
            timeout_ms // 3,
            rng.randrange(1, timeout_ms),
            rng.randrange(1, 40000000),
        ]
    )


def _event(rng: random.Random, clock: int) -> Event:
    kind = rng.choices(["track", "page", "identify", "alias"], [80, 8, 8, 4])[0]
    user = rng.choice(USERS) if kind != "track" or rng.random() < 0.25 else ""
    device = rng.choice(DEVICES) if rng.random() < 0.9 or not user else ""
    name = {"page": "page_view"}.get(kind) or (rng.choice(NAMES) if kind == "track" else kind)
    return Event(
        event_id=UUID(int=rng.getrandbits(128), version=4),
        event_name=name,
        occurred_ms=clock,
        type=kind,
        user_id=user,
        anonymous_id=device,
        previous_id=rng.choice(DEVICES) if kind == "alias" else "",
        path=rng.choice(["/", "/pricing", "/docs"]) if name == "page_view" else "",
        country=rng.choice(["", "DE", "US"]),
        platform=rng.choice(["web", "ios"]),
        utm_campaign=rng.choice(["", "", "", "spring", "summer"]),
        revenue=rng.choice([10.0, 2.5, -4.0]) if name == "order_completed" else 0.0,
        is_bot=rng.random() < 0.08,
        traits={rng.choice("xyz"): str(rng.randrange(9))} if kind == "identify" else {},
    )


def shuffled_loads(
    rng: random.Random, streams: list[Stream], loads: int
) -> list[list[tuple[Stream, Event]]]:
    """Every event in a random load; within a load in random order."""
    batches: list[list[tuple[Stream, Event]]] = [[] for _ in range(loads)]
    for stream in streams:
        for event in stream.events:
            rng.choice(batches).append((stream, event))
    for batch in batches:
        rng.shuffle(batch)
    return batches


def raw_row(project_id: str, event: Event, load_id: int) -> dict[str, object]:
    """The columns of raw.events; absent ones take the defaults of their types."""
    properties = {"revenue": event.revenue} if event.revenue else {}
    return {
        "project_id": project_id,
        "event_id": str(event.event_id),
        "type": event.type,
        "event_name": event.event_name,
        "user_id": event.user_id,
        "anonymous_id": event.anonymous_id,
        "previous_id": event.previous_id,
        "timestamp": event.occurred_ms / 1000,
        "received_at": event.occurred_ms / 1000,
        "path": event.path,
        "country": event.country,
        "platform": event.platform,
        "utm_campaign": event.utm_campaign,
        "is_bot": event.is_bot,
        "properties": json.dumps(properties),
        "traits": json.dumps(event.traits),
        "load_id": load_id,
    }
