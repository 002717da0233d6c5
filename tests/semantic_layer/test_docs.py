"""The reference says what the code does."""

import json
import re
from pathlib import Path

import pytest

from semantic_layer import errors
from semantic_layer.layer import SemanticLayer
from semantic_layer.limits import LIMITS
from semantic_layer.project import ProjectContext, Role
from semantic_layer.queries import Operator, Unit, parse_query

TEXT = (Path(__file__).parents[2] / "docs/reference/semantic-query.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
async def test_examples_run(example: str, layer: SemanticLayer, project: ProjectContext) -> None:
    await layer.run(parse_query(json.loads(example)), project)


def test_every_operator_and_unit_is_described() -> None:
    for name in (*Operator, *Unit):
        assert name.value in TEXT


def test_every_error_is_described() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    for kind in kinds:
        if issubclass(kind, errors.SemanticError):
            assert f"`{kind.type}`" in TEXT
            assert str(kind.status) in TEXT


def test_the_limits_are_those_of_the_code() -> None:
    for role in Role:
        assert f"{LIMITS[role].rows_returned:,}" in TEXT
        assert f"{LIMITS[role].rows_read // 10**6:,} million" in TEXT
        assert f"{LIMITS[role].seconds} s" in TEXT
