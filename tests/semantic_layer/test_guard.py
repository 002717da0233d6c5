"""What the guard refuses, what it lets through, and that nobody sees another project's rows."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from clickhouse_connect.driver.client import Client

from semantic_layer.errors import Forbidden, MalformedSql
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.settings import SemanticSettings
from stack.engines import ClickHouse
from tests.semantic_layer import marts
from tests.semantic_layer.corpus import ATTACKS, LEGITIMATE, Statement

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def layer(
    warehouse: Client, engine: ClickHouse, target_dir: Path
) -> AsyncIterator[SemanticLayer]:
    """One for all statements, as in a server: a new one reads the artifacts of dbt anew."""
    layer = SemanticLayer(
        SemanticSettings(
            clickhouse_reader_url=engine.reader_url, redis_url=None, dbt_target_dir=target_dir
        )
    )
    yield layer
    await layer.aclose()


@in_one_loop
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.sql[:60])
async def test_refuses(attack: Statement, layer: SemanticLayer, project: ProjectContext) -> None:
    with pytest.raises((Forbidden, MalformedSql)):
        await layer.run_sql(attack.sql, project)


@in_one_loop
@pytest.mark.parametrize("statement", LEGITIMATE, ids=lambda each: each.sql[:60])
async def test_lets_through(
    statement: Statement, layer: SemanticLayer, project: ProjectContext
) -> None:
    result = await layer.run_sql(statement.sql, project)

    text = json.dumps([result.rows, result.sql])
    assert "globex" not in text
    assert marts.SECRET not in text


def test_the_corpus_is_large_enough() -> None:
    assert len(ATTACKS) >= 150
    assert len(LEGITIMATE) >= 100
