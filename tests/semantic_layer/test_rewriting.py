"""The exact text that runs instead of what was written."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from semantic_layer.catalogue import Catalogue, Column, Model
from semantic_layer.clickhouse import ClickHouse
from semantic_layer.guard import Guard
from stack.engines import ClickHouse as Engine

COLUMNS = ("project_id", "user_id", "country", "day")


@pytest.fixture
async def guard(warehouse: object, engine: Engine, catalogue: Catalogue) -> AsyncIterator[Guard]:
    columns = {name: Column(name, "String", "") for name in COLUMNS}
    events = Model("events", "analytics", "", columns)
    days = Model("days", "analytics", "", {"day": Column("day", "Date", "")}, is_shared=True)
    clickhouse = ClickHouse(engine.reader_url)
    yield Guard(replace(catalogue, models={"events": events, "days": days}), clickhouse)
    await clickhouse.aclose()


async def run(guard: Guard, sql: str) -> str:
    guarded = await guard.apply(sql, "p'1", 100)
    return " ".join(guarded.sql.split()).replace("( ", "(").replace(" )", ")")


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        ("select 1", "SELECT 1 LIMIT 101"),
        (
            "select country from events",
            "SELECT country FROM (SELECT country FROM analytics.events WHERE project_id = 'p\\'1') "
            "AS events LIMIT 101",
        ),
        (
            "select * from analytics.events as e limit 5",
            "SELECT * FROM (SELECT project_id, user_id, country, day FROM analytics.events "
            "WHERE project_id = 'p\\'1') AS e LIMIT 5",
        ),
        (
            "select count() from events limit 5000",
            "SELECT count() FROM (SELECT project_id FROM analytics.events "
            "WHERE project_id = 'p\\'1') AS events LIMIT 101",
        ),
        (
            "select analytics.events.country from analytics.events",
            "SELECT events.country FROM (SELECT country FROM analytics.events "
            "WHERE project_id = 'p\\'1') AS events LIMIT 101",
        ),
        (
            "select analytics.events.* from analytics.events",
            "SELECT events.* FROM (SELECT project_id, user_id, country, day FROM analytics.events "
            "WHERE project_id = 'p\\'1') AS events LIMIT 101",
        ),
        (
            "select 1 in events",
            "SELECT 1 IN (SELECT project_id, user_id, country, day FROM analytics.events "
            "WHERE project_id = 'p\\'1') LIMIT 101",
        ),
        (
            "select day from days join events using (day)",
            "SELECT day FROM (SELECT day FROM analytics.days) AS days INNER JOIN (SELECT day "
            "FROM analytics.events WHERE project_id = 'p\\'1') AS events USING (day) LIMIT 101",
        ),
        (
            "select user_id from events final sample 0.1 prewhere country = 'DE' where day = ''",
            "SELECT user_id FROM (SELECT user_id, country, day FROM analytics.events FINAL "
            "SAMPLE 1 / 10 WHERE project_id = 'p\\'1') AS events WHERE (country = 'DE') AND "
            "(day = '') LIMIT 101",
        ),
        (
            "select 1 union all select 2",
            "SELECT * FROM (SELECT 1 UNION ALL SELECT 2) LIMIT 101",
        ),
        (
            "select country from events order by country limit 5 with ties",
            "SELECT country FROM (SELECT country FROM analytics.events WHERE project_id = 'p\\'1') "
            "AS events ORDER BY country ASC LIMIT 5 WITH TIES",
        ),
    ],
)
async def test_rewrites(written: str, runs: str, guard: Guard) -> None:
    assert await run(guard, written) == runs


async def test_the_same_statement_is_parsed_once(guard: Guard) -> None:
    first = await guard.apply("select 1", "p", 100)

    assert await guard.apply("select 1", "p", 100) is first
    assert await guard.apply("select 1", "q", 100) is not first
