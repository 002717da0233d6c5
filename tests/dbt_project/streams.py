"""Random event streams of small projects, dense in the cases that are easy to get wrong."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from tests.dbt_project.funnels import DAY, funnels_of
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.reference.funnels import Funnel
from tests.dbt_project.reference.identities import Override

TIMEZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Apia"]
# Both clock changes of Europe/Berlin and America/New_York lie within some stream.
STARTS = [
    datetime(2025, 3, 7, 18, tzinfo=UTC),
    datetime(2025, 3, 28, 20, tzinfo=UTC),
    datetime(2025, 10, 24, 12, tzinfo=UTC),
    datetime(2024, 12, 30, 3, tzinfo=UTC),
]
NAMES = ["page_view", "page_view", "page_view", "signup", "order_completed", "heartbeat", "search"]
PAYMENTS = ["order_completed", "order_completed", "Order Completed", "Order Refunded", "upgrade"]
AMOUNTS: list[object] = [10, 2.5, -4, 0, "7.25", "a lot", "1,50", None, True, [3], {"amount": 3}]
CURRENCIES: list[object] = ["EUR", "usd", " Usd ", "ZZZ", "", 978, None]
USERS = ["u1", "u2", "u3", "a2", "null", " Guest "]
DEVICES = ["a1", "a2", "a3", "a4", "undefined"]
# Former ids that few events but aliases carry, so that chains of them stay without a user.
FORMER = ["f1", "f2", "f3", "f4", "f5", "f6", "f7"]


@dataclass(frozen=True)
class Stream:
    project: Project
    events: list[Event]
    funnels: tuple[Funnel, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)


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
        week_start=rng.choice([1, 1, 6, 7]),
        currency=rng.choice(["EUR", "USD", "XBT"]),
    )
    clock = int(rng.choice(STARTS).timestamp() * 1000)
    events = []
    for _ in range(size):
        clock += _gap(rng, project)
        events.append(_event(rng, clock))
    return Stream(project, events, funnels_of(project))


def _gap(rng: random.Random, project: Project) -> int:
    if rng.random() < 0.03:
        return rng.choice([DAY - 1, DAY, 2 * DAY, 7 * DAY - 1, 7 * DAY, 30 * DAY - 1, 31 * DAY])
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
    kind = rng.choices(["track", "page", "identify", "alias"], [78, 8, 6, 8])[0]
    may_have_user = 0.25 if kind in {"track", "alias"} else 1
    user = rng.choice(USERS) if rng.random() < may_have_user else ""
    devices = FORMER * 3 + DEVICES if kind == "alias" or rng.random() < 0.1 else DEVICES
    device = rng.choice(devices) if rng.random() < 0.9 or not user else ""
    name = {"page": "page_view"}.get(kind) or (rng.choice(NAMES) if kind == "track" else kind)
    if name == "order_completed":
        name = rng.choice(PAYMENTS)
    path = rng.choice(["/", "/pricing", "/docs"]) if name == "page_view" else ""
    event = Event(
        event_id=_event_id(rng),
        event_name=name,
        occurred_ms=clock,
        type=kind,
        user_id=user,
        anonymous_id=device,
        previous_id=rng.choice(FORMER * 3 + DEVICES + USERS) if kind == "alias" else "",
        path=path,
        url=f"https://example.com{path}?{rng.randrange(3)}" if rng.random() < 0.9 else "",
        tracker_session_id=rng.choice(["", "s1", "s2"]),
        country=rng.choice(["", "DE", "US"]),
        platform=rng.choice(["web", "ios"]),
        utm_source=rng.choice(["", "", "", "", "news"]),
        utm_campaign=rng.choice(["", "", "", "spring", "summer"]),
        utm_content=rng.choice(["", "", "", "", "banner"]),
        is_bot=rng.random() < 0.08,
        properties=_payment(rng) if name in PAYMENTS else _search(rng) if name == "search" else {},
        traits={rng.choice("xyz"): str(rng.randrange(9))} if kind == "identify" else {},
    )
    return replace(event, utm_medium="email", channel="Email") if event.utm_source else event


def _event_id(rng: random.Random) -> UUID:
    """Random, or alike but for the end, as ids that are counted up."""
    if rng.random() < 0.5:
        return UUID(int=rng.getrandbits(40))
    return UUID(int=rng.getrandbits(128), version=4)


def _search(rng: random.Random) -> dict[str, object]:
    """Many values and few, long and short, of one type and of several; null and nameless ones."""
    return {
        "query": rng.choice(["", "ü" * 200, *(f"term {number}" for number in range(12))]),
        "results": rng.choice([0, 17, 2.5, "many", None, [1, "a"], {"least": 3}]),
        "is_first": rng.random() < 0.5,
        "email": f"user{rng.randrange(9)}@example.com",
        **({"": "nameless", "only_null": None} if rng.random() < 0.1 else {}),
    }


def _payment(rng: random.Random) -> dict[str, object]:
    """Where amounts are looked for, holding what clients send there, good and bad."""
    return {
        **{
            name: rng.choice(AMOUNTS)
            for name in ("revenue", "value", "total")
            if rng.random() < 0.6
        },
        **({"currency": rng.choice(CURRENCIES)} if rng.random() < 0.6 else {}),
    }


def random_overrides(rng: random.Random) -> dict[str, Override]:
    """Some decisions about ids, also about users and placeholders and into users never seen."""
    ids = rng.sample([*FORMER, *DEVICES, "u1", "never-sent"], 4)
    return {one: Override(rng.choice(["", "", "u1", "u2", "a2", "nobody"])) for one in ids}


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
        "url": event.url,
        "session_id": event.tracker_session_id,
        "country": event.country,
        "platform": event.platform,
        "utm_source": event.utm_source,
        "utm_campaign": event.utm_campaign,
        "utm_content": event.utm_content,
        "utm_medium": event.utm_medium,
        "channel": event.channel,
        "is_bot": event.is_bot,
        "properties": json.dumps(event.properties),
        "traits": json.dumps(event.traits),
        "load_id": load_id,
    }


PLAN = {
    ("search", ""): ("", "Looked for something."),
    ("search", "query"): ("string", "Words as typed."),
    ("search", "filters"): ("array", "Not sent yet."),
    ("checkout", ""): ("", "Not sent yet."),
    ("signup", "plan"): ("", ""),
}
"""The tracking plan of every project: (event, property or "") to (value type, description)."""
