"""`dbt build` with dbt-clickhouse: every kind of model, tests and grants."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess

PROJECT = {
    "dbt_project.yml": """
name: trial
version: "1.0"
profile: trial
model-paths: [models]
""",
    "profiles.yml": """
trial:
  target: dev
  outputs:
    dev:
      {{type: clickhouse, schema: dbt_trial, host: 127.0.0.1, port: {port}, user: admin,
        use_lw_deletes: true, threads: 4}}
""",
    "models/visits.sql": """
{{ config(materialized="table", order_by="n") }}
select number as n, toDate('2020-01-01') + toUInt16(number / 10) as day from numbers(100)
""",
    "models/visits_daily.sql": """
{{ config(materialized="incremental", order_by="day", unique_key="day",
          incremental_strategy="delete_insert") }}
select day, count() as visits from {{ ref("visits") }}
{% if is_incremental() %} where day >= (select max(day) from {{ this }}) {% endif %}
group by day
""",
    "models/visits_live.sql": """
{{ config(materialized="materialized_view", order_by="day", engine="SummingMergeTree") }}
select day, count() as visits from {{ ref("visits") }} group by day
""",
    "models/visits_by_day.sql": """
{{ config(materialized="dictionary", fields=[("day", "Date"), ("visits", "UInt64")],
          primary_key="day", layout="COMPLEX_KEY_HASHED()", lifetime="60",
          source_type="clickhouse") }}
select day, count() as visits from {{ ref("visits") }} group by day
""",
    "models/last_day.sql": "select max(day) as day from {{ ref('visits_daily') }}",
    "models/schema.yml": """
models:
  - name: visits
    config: {contract: {enforced: true}, grants: {select: [analyst]}}
    columns:
      - {name: n, data_type: UInt64, data_tests: [unique, not_null]}
      - {name: day, data_type: Date}
""",
}


@pytest.fixture(scope="module")
def project(gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dbt")
    for name, text in PROJECT.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(port=gateway.port) if name == "profiles.yml" else text)
    return directory


def _dbt(project: Path, *arguments: str) -> dict[str, str]:
    """Run dbt; returns the status of each node."""
    command = [str(Path(sys.executable).with_name("dbt")), *arguments]
    places = {"DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)}
    environment = {**os.environ, **places}
    done = subprocess.run(
        command,
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    return {result["unique_id"].split(".")[2]: result["status"] for result in results}


@pytest.fixture(scope="module")
def built(gateway: GatewayProcess, project: Path) -> dict[str, str]:
    gateway.text("CREATE USER analyst")
    return _dbt(project, "build")


class TestBuild:
    def test_makes_every_kind_of_model(
        self, gateway: GatewayProcess, built: dict[str, str]
    ) -> None:
        assert built == {
            "visits": "success",
            "unique_visits_n": "pass",
            "not_null_visits_n": "pass",
            "visits_daily": "success",
            "visits_live": "success",
            "visits_by_day": "success",
            "last_day": "success",
        }
        sql = "SELECT count(), sum(visits) FROM dbt_trial.visits_daily"
        assert gateway.text(sql) == "10\t100\n"
        assert gateway.text("SELECT day FROM dbt_trial.last_day") == "2020-01-10\n"

    @pytest.mark.usefixtures("built")
    def test_fills_the_dictionary(self, gateway: GatewayProcess) -> None:
        sql = "SELECT dictGet('dbt_trial.visits_by_day', 'visits', tuple(toDate('2020-01-03')))"
        assert gateway.text(sql) == "10\n"

    @pytest.mark.usefixtures("built")
    def test_grants_what_the_model_asks_for(self, gateway: GatewayProcess) -> None:
        sql = "SELECT access_type, database, table FROM system.grants WHERE user_name = 'analyst'"
        assert gateway.rows(sql) == [["SELECT", "dbt_trial", "visits"]]

    @pytest.mark.usefixtures("built")
    def test_again_adds_what_is_new(self, gateway: GatewayProcess, project: Path) -> None:
        rows = "(100, '2020-01-11'), (101, '2020-01-11')"
        gateway.text(f"INSERT INTO dbt_trial.visits VALUES {rows}")
        live = "SELECT sum(visits) FROM dbt_trial.visits_live WHERE day = '2020-01-11'"
        assert gateway.text(live) == "2\n"
        assert _dbt(project, "run", "--select", "visits_daily") == {"visits_daily": "success"}
        sql = "SELECT count(), sum(visits) FROM dbt_trial.visits_daily"
        assert gateway.text(sql) == "11\t102\n"
