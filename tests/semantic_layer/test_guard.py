"""What the guard refuses, what it lets through, and that nobody sees another project's rows."""

import json

import pytest

from semantic_layer.errors import Forbidden, MalformedSql
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from tests.semantic_layer import marts
from tests.semantic_layer.corpus import ATTACKS, LEGITIMATE, Statement


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.sql[:60])
async def test_refuses(attack: Statement, layer: SemanticLayer, project: ProjectContext) -> None:
    with pytest.raises((Forbidden, MalformedSql)):
        await layer.run_sql(attack.sql, project)


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
