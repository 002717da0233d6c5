"""The asset graph as a whole. After a wanted change: UPDATE_SNAPSHOTS=1 pytest <this file>."""

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.defs.warehouse.schedules import schedules
from orchestration.defs.warehouse.sensors import sensors

SNAPSHOT = Path(__file__).with_name("asset_graph.json")


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def described(spec: dg.AssetSpec, checks: dict[str, list[str]]) -> dict[str, Any]:
    key = spec.key.to_user_string()
    return {
        "group": spec.group_name,
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "upstream": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
        "checks": sorted(checks.get(key, [])),
    }


def test_the_graph_is_as_recorded(specs: dict[str, dg.AssetSpec]) -> None:
    checks: dict[str, list[str]] = {}
    for check in defs.resolve_asset_graph().asset_check_keys:
        checks.setdefault(check.asset_key.to_user_string(), []).append(check.name)
    graph = {key: described(spec, checks) for key, spec in sorted(specs.items())}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(json.dumps(graph, indent=2) + "\n")
    assert graph == json.loads(SNAPSHOT.read_text())


def test_every_asset_says_what_it_is_and_who_owns_it(specs: dict[str, dg.AssetSpec]) -> None:
    assert [key for key, spec in specs.items() if not (spec.description and spec.owners)] == []


def test_every_mart_has_a_freshness_policy(specs: dict[str, dg.AssetSpec]) -> None:
    marts = [spec for key, spec in specs.items() if key.startswith("analytics/")]
    assert marts
    assert [spec.key for spec in marts if spec.freshness_policy is None] == []


def test_every_mart_documents_its_columns(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        if key.startswith("analytics/"):
            columns = spec.metadata["dagster/column_schema"].columns
            assert all(column.description for column in columns), key


def test_models_wait_for_the_checks_of_raw_events() -> None:
    steps = [node.name for node in defs.resolve_job_def("build").nodes_in_topological_order]
    assert steps.index("raw_checks") < steps.index("dbt_models")
    assert steps.index("dbt_models") < steps.index("mart_checks")
    assert steps.index("mart_checks") < steps.index("publish_semantics")


def test_a_refresh_has_no_checks() -> None:
    steps = [node.name for node in defs.resolve_job_def("refresh").nodes_in_topological_order]
    assert steps == ["control_plane_sync", "dbt_models"]


def test_every_step_that_uses_the_warehouse_holds_the_pool() -> None:
    nodes = defs.resolve_job_def("build").nodes
    pools = {node.name: min(node.definition.pools, default=None) for node in nodes}
    assert {step for step, pool in pools.items() if pool != "clickhouse"} == {
        "observe_raw",  # reads counts only
        "publish_semantics",  # reads nothing
    }


def test_automation_is_on_by_default() -> None:
    assert [s.default_status for s in sensors] == [dg.DefaultSensorStatus.RUNNING]
    assert [s.default_status for s in schedules] == [dg.DefaultScheduleStatus.RUNNING]
