"""Which models of the dbt project have no table yet."""

import json
from pathlib import Path

from stack.environment import Environment
from stack.settings import PROJECT_ROOT

MANIFEST = PROJECT_ROOT / "dbt_project" / "target" / "manifest.json"


def missing_models(environment: Environment) -> list[str]:
    """`database.name` of each model that the warehouse lacks; at the first start, of all."""
    from warehouse.client import connect

    client = connect(environment.variables["CLICKHOUSE_URL"])
    try:
        rows = client.query("select database || '.' || name from system.tables").result_rows
    finally:
        client.close()
    return sorted(models_of(MANIFEST) - {str(row[0]) for row in rows})


def models_of(manifest: Path) -> set[str]:
    """`database.name` of every model that dbt makes a table or view of."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return {
        f"{node['schema']}.{node['alias']}"
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
    }
