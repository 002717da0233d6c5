"""A warehouse that dbt has built from raw events of two projects, and a short benchmark's history.

The two are in two time zones and hold the same user ids; the days cover both zones' clock changes.
Beside them stand random streams, with events of nobody and days without any, in zones that are not
whole hours off UTC.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.history import DAYS, History
from stack.engines import ClickHouse
from stack.engines.foreground import running
from stack.ports import free_port
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.streams import Stream, random_stream
from tests.dbt_project.warehouse import ParsedProject, Warehouse
from tests.semantic_layer.saved_funnels import SAVED
from warehouse.client import connect
from warehouse.migrations import migrate

BERLIN, NEW_YORK = "europe", "america"
ZONES = {BERLIN: "Europe/Berlin", NEW_YORK: "America/New_York"}
RANDOM = {
    Project("kolkata", timezone="Asia/Kolkata", include_bots=True): 13,
    Project("lord-howe", timezone="Australia/Lord_Howe"): 2,
}
"""Seeds of streams of March and April 2025, the second over a clock change of half an hour."""

PROJECTS = (*(Project(name, timezone=zone) for name, zone in ZONES.items()), *RANDOM)
HOUR_MS = 3_600_000
BENCHMARKED_EVENTS = 50_000


def _events(seed: int) -> Iterator[Event]:
    """Four weeks of visits by people who are always signed in; every tenth is a bot's."""
    rng = random.Random(seed)
    clock = int(datetime(2025, 3, 5, tzinfo=UTC).timestamp() * 1000)
    while clock < datetime(2025, 4, 2, tzinfo=UTC).timestamp() * 1000:
        clock += rng.randrange(HOUR_MS)
        name = rng.choice(["page_view", "page_view", "search", "order_completed"])
        yield Event(
            event_id=UUID(int=rng.getrandbits(128), version=4),
            event_name=name,
            occurred_ms=clock,
            user_id=f"u{rng.randrange(12)}",
            path=rng.choice(["/", "/docs", "/pricing"]) if name == "page_view" else "",
            country=rng.choice(["", "DE", "FR", "US"]),
            properties={"revenue": rng.choice([5.0, 12.5])} if name == "order_completed" else {},
            is_bot=rng.random() < 0.1,
        )


@dataclass
class Built:
    warehouse: Warehouse
    reader_url: str

    def by_hand(self, sql: str) -> list[list[Any]]:
        return [list(row) for row in self.warehouse.client.query(sql).result_rows]


def build(directory: Path) -> Iterator[Built]:
    """While it runs, the marts of `ZONES` with the funnels of `SAVED`."""
    engine = ClickHouse(directory / "data", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"):
        client = connect(engine.url)
        migrate(client)
        warehouse = Warehouse(client, engine.url, ParsedProject(directory / "target"))
        warehouse.configure([Stream(project, []) for project in PROJECTS])
        for seed, project in enumerate(PROJECTS):
            is_random = project in RANDOM
            events = random_stream(RANDOM[project]).events if is_random else _events(seed)
            warehouse.load(seed + 1, [(project.project_id, event) for event in events])
            if not is_random:
                warehouse.save_funnels(project, SAVED)
        history = History(client, loads=len(PROJECTS))
        history.configure()
        history.add(BENCHMARKED_EVENTS, days=DAYS, loads=1)
        warehouse.build("run")
        yield Built(warehouse, engine.reader_url)
        client.close()
