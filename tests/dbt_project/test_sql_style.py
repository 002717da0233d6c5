"""The models read as one hand's SQL: sqlfluff, with the rules in .sqlfluff."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.settings import PROJECT_ROOT

FOLDERS = ("dbt_project/models", "dbt_project/tests")


@pytest.mark.timeout(300)
def test_sql_follows_the_style(warehouse_url: str) -> None:
    """sqlfluff sees what dbt compiles, and dbt asks the warehouse which relations exist."""
    result = subprocess.run(
        (
            str(Path(sys.executable).with_name("sqlfluff")),
            "lint",
            "--disable-progress-bar",
            *FOLDERS,
        ),
        cwd=PROJECT_ROOT,
        env={**os.environ, "CLICKHOUSE_URL": warehouse_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
