"""A model whose columns are not those of its contract is not built."""

from pathlib import Path

import pytest
import yaml
from dbt.cli.main import dbtRunner

from tests.dbt_project.warehouse import DBT_PROJECT

CONTRACT = {"one": "UInt8", "name": "LowCardinality(String)"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one model and our macros."""
    directory = tmp_path_factory.mktemp("contracts")
    project = {
        "name": "trial",
        "version": "1.0.0",
        "profile": "analytics",
        "macro-paths": [str(DBT_PROJECT / "macros")],
        "models": {"trial": {"+schema": "contracts", "+materialized": "table"}},
    }
    (directory / "dbt_project.yml").write_text(yaml.safe_dump(project))
    (directory / "models").mkdir()
    model = {
        "name": "trial",
        "config": {"contract": {"enforced": True}},
        "columns": [{"name": name, "data_type": kind} for name, kind in CONTRACT.items()],
    }
    (directory / "models" / "trial.yml").write_text(yaml.safe_dump({"models": [model]}))
    return directory


def built(directory: Path, url: str, sql: str) -> str:
    """What dbt says of the model: nothing if it was built."""
    (directory / "models" / "trial.sql").write_text(sql)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLICKHOUSE_URL", url)
        result = dbtRunner().invoke(
            [
                *("run", "--project-dir", str(directory), "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(directory / "target"), "--log-path", str(directory)),
                *("--no-version-check", "--quiet", "--no-send-anonymous-usage-stats"),
            ]
        )
    (outcome,) = getattr(result.result, "results", [])
    return "" if result.success else str(outcome.message)


def test_the_columns_of_the_contract_are_built(directory: Path, clickhouse_url: str) -> None:
    sql = "select toUInt8(1) as one, toLowCardinality('a') as name"
    assert built(directory, clickhouse_url, sql) == ""


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select toUInt16(1) as one, toLowCardinality('a') as name", "UInt16"),
        ("select toUInt8(1) as one", "missing in definition"),
        ("select toUInt8(1) as one, toLowCardinality('a') as name, 2 as two", "two"),
        ("select toUInt8(1) as one, toLowCardinality('a') as title", "title"),
    ],
    ids=["type", "missing", "another", "name"],
)
def test_other_columns_are_told(directory: Path, clickhouse_url: str, sql: str, told: str) -> None:
    message = built(directory, clickhouse_url, sql)
    assert "This model has an enforced contract that failed" in message
    assert told in message
