"""Raw events through dbt to answers, beside SQL written by hand on the raw events.

Two projects in two time zones hold the same user ids; the days cover both zones' clock changes.
"""

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from semantic_layer.settings import SemanticSettings
from stack.engines import ClickHouse
from stack.engines.foreground import running
from stack.ports import free_port
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.streams import Stream
from tests.dbt_project.warehouse import ParsedProject, Warehouse
from warehouse.client import connect
from warehouse.migrations import migrate

BERLIN, NEW_YORK = "europe", "america"
ZONES = {BERLIN: "Europe/Berlin", NEW_YORK: "America/New_York"}
HOUR_MS = 3_600_000
MONTH = {"from": "2025-03-05", "to": "2025-04-02"}


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
            revenue=rng.choice([5.0, 12.5]) if name == "order_completed" else 0.0,
            is_bot=rng.random() < 0.1,
        )


@dataclass
class Built:
    warehouse: Warehouse
    reader_url: str

    def by_hand(self, sql: str) -> list[list[Any]]:
        return [list(row) for row in self.warehouse.client.query(sql).result_rows]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    directory = tmp_path_factory.mktemp("against_raw")
    engine = ClickHouse(directory / "data", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"):
        client = connect(engine.url)
        migrate(client)
        warehouse = Warehouse(client, engine.url, ParsedProject(directory / "target"))
        warehouse.configure([Stream(Project(name, zone), []) for name, zone in ZONES.items()])
        for seed, name in enumerate(ZONES):
            warehouse.load(seed + 1, [(name, event) for event in _events(seed)])
        warehouse.build("run")
        yield Built(warehouse, engine.reader_url)
        client.close()


@pytest.fixture
async def layer(built: Built) -> AsyncIterator[SemanticLayer]:
    target = built.warehouse.project.target
    settings = SemanticSettings(
        clickhouse_reader_url=built.reader_url, redis_url=None, dbt_target_dir=target
    )
    layer = SemanticLayer(settings)
    yield layer
    await layer.aclose()


IN_MARCH = "not is_bot and day >= '2025-03-05' and day < '2025-04-02'"

CASES: list[tuple[dict[str, Any], str]] = [
    (
        {"metrics": ["events", "people", "orders", "revenue"], "time": MONTH},
        f"""
        select count(), uniqExact(user_id), countIf(event_name = 'order_completed'), sum(revenue)
        from raw_events where {IN_MARCH}
        """,
    ),
    (
        {"metrics": ["people"], "time": {**MONTH, "grain": "day"}},
        f"""
        select toString(calendar.day), uniqExactIf(user_id, user_id != '')
        from (select toDate('2025-03-05') + number as day from numbers(28)) as calendar
        left join (select * from raw_events where {IN_MARCH}) as raw using (day)
        group by 1 order by 1
        """,
    ),
    (
        {"metrics": ["events"],
         "time": {"from": "2025-03-09", "to": "2025-03-31", "grain": "week"}},
        """
        select toString(toMonday(day)), count() from raw_events
        where not is_bot and day >= '2025-03-09' and day < '2025-03-31' group by 1 order by 1
        """,
    ),
    (
        {"metrics": ["page_views"], "group_by": ["path"], "time": MONTH,
         "where": [{"field": "event_name", "op": "eq", "value": "page_view"}]},
        f"""
        select path, count() from raw_events where {IN_MARCH} and event_name = 'page_view'
        group by path order by 2 desc, 1
        """,
    ),
    (
        {"metrics": ["events"], "time": MONTH,
         "where": [{"field": "country", "op": "neq", "value": "DE"}]},
        f"select count() from raw_events where {IN_MARCH} and country != 'DE'",
    ),
    (
        {"metrics": ["dau"], "group_by": ["country"], "time": MONTH},
        f"""
        select nullIf(country, ''), sum(people) / 28 from (
            select country, day, uniqExact(user_id) as people from raw_events where {IN_MARCH}
            group by country, day
        ) group by country order by 2 desc, country
        """,
    ),
    (
        {"metrics": ["dau"], "time": MONTH},
        f"""
        select sum(people) / 28 from (
            select uniqExact(user_id) as people from raw_events where {IN_MARCH} group by day
        )
        """,
    ),
    (
        {"metrics": ["wau"], "time": {"from": "2025-03-20", "to": "2025-03-21"}},
        """
        select uniqExact(user_id) from raw_events
        where not is_bot and day > '2025-03-13' and day <= '2025-03-20'
        """,
    ),
    (
        {"metrics": ["sessions"], "time": MONTH},
        f"""
        select countIf(gap >= 1800) from (
            select dateDiff('second',
                lagInFrame(timestamp, 1, toDateTime64(0, 3, 'UTC')) over (
                    partition by user_id order by timestamp, event_id
                    rows between 1 preceding and current row
                ), timestamp) as gap, day, is_bot
            from raw_events where not is_bot
        ) where {IN_MARCH}
        """,
    ),
    (
        {"metrics": ["revenue"], "compare": "previous_period",
         "time": {"from": "2025-03-17", "to": "2025-03-24"}},
        """
        select
            sumIf(revenue, day >= '2025-03-17') as now,
            sumIf(revenue, day < '2025-03-17') as old,
            toFloat64(now - old) / toFloat64(old)
        from raw_events where not is_bot and day >= '2025-03-10' and day < '2025-03-24'
        """,
    ),
    (
        {"metrics": ["new_users"], "time": {"from": "2025-03-06", "to": "2025-04-02"}},
        """
        select count() from (
            select min(day) as first from raw_events where not is_bot group by user_id
        ) where first >= '2025-03-06' and first < '2025-04-02'
        """,
    ),
]  # fmt: skip


@pytest.mark.parametrize("project_id", ZONES)
@pytest.mark.parametrize(("query", "sql"), CASES, ids=lambda case: str(case)[:60])
async def test_equals_raw(
    query: dict[str, Any], sql: str, project_id: str, layer: SemanticLayer, built: Built
) -> None:
    zone = ZONES[project_id]
    raw_events = (
        f"select *, toDate(timestamp, '{zone}') as day, "
        "toDecimal64(JSONExtractFloat(properties, 'revenue'), 4) as revenue "
        f"from raw.events where project_id = '{project_id}'"
    )

    result = await layer.run(
        parse_query({"kind": "metrics", **query}), ProjectContext(project_id, zone)
    )
    expected = built.by_hand(f"with raw_events as ({raw_events}) {sql}")

    assert [_comparable(row) for row in result.rows] == [_comparable(row) for row in expected]


def _comparable(row: list[Any]) -> list[Any]:
    """Numbers to six digits; what was not sent as None."""
    return [
        value if isinstance(value, str | None) else round(float(value), 6)
        for value in (None if value == "" else value for value in row)
    ]
