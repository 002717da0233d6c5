"""The yardsticks of `make bench-build`. They raise where the model has other rows."""

import time

import pytest
from dbt.contracts.graph.nodes import ModelNode

from benchmarks import model_costs
from benchmarks.build import FIFTY_MILLION, TEN_MILLION, Builds, report
from benchmarks.dbt_runs import Costs
from benchmarks.model_costs import STATEMENTS, DifferentRowsError, ModelCost, cost_by_hand, table
from tests.dbt_project.warehouse import NOW
from tests.semantic_layer.built_marts import Built

BOOKKEEPING = "a few rows for each build or project"
INCREMENTS_ONLY = "empty in a build in full"
RARE = "made of aliases and decisions about ids, which few events bring"
FUNNELS = "empty without saved funnels, and those are compiled from semantic queries"
WITHOUT_SQL_BY_HAND = {
    "int_load_windows": BOOKKEEPING,
    "int_load_commits": BOOKKEEPING,
    "int_projects": BOOKKEEPING,
    "int_project_settings": BOOKKEEPING,
    "int_activity_ranges": INCREMENTS_ONLY,
    "int_affected_hours": INCREMENTS_ONLY,
    "int_affected_merges": INCREMENTS_ONLY,
    "int_affected_pages": INCREMENTS_ONLY,
    "int_affected_persons": INCREMENTS_ONLY,
    "int_event_reassignments": INCREMENTS_ONLY,
    "int_identity_changes": INCREMENTS_ONLY,
    "int_identity_aliases": RARE,
    "int_identity_components": RARE,
    "int_identity_overrides": RARE,
    "int_override_changes": RARE,
    "int_funnel_attempts": FUNNELS,
    "fct_funnel_daily": FUNNELS,
    "fct_funnel_steps": FUNNELS,
    "fct_revenue_daily": "one event in a hundred is an order or a refund",
}
"""Tables that take too little of the benchmark for a ratio to tell anything, and why."""

MODELS = [
    ModelCost("fct_events", 40.0, None),
    ModelCost("fct_hourly", 4.0, 2.0),
    ModelCost("dim_identities", 0.2, 0.04),
]
"""The last costs less than dbt's own statements may."""


@pytest.mark.parametrize("model", STATEMENTS)
def test_sql_by_hand_has_the_rows_of_its_model(model: str, built: Built) -> None:
    assert cost_by_hand(built.warehouse.client, model, time.process_time, NOW) >= 0


def test_every_table_has_sql_by_hand_or_a_reason_to_have_none(built: Built) -> None:
    manifest = built.warehouse.project.manifest
    assert manifest is not None
    tables = {
        node.name
        for node in manifest.nodes.values()
        if isinstance(node, ModelNode) and node.config.materialized in {"table", "incremental"}
    }

    assert sorted([*STATEMENTS, *WITHOUT_SQL_BY_HAND]) == sorted(tables)


def test_sql_by_hand_with_other_rows_is_no_yardstick(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        model_costs.STATEMENTS, "fct_hourly", STATEMENTS["fct_hourly"] + " HAVING event_count > 1"
    )

    with pytest.raises(DifferentRowsError, match="fct_hourly"):
        cost_by_hand(built.warehouse.client, "fct_hourly", time.process_time, NOW)


def test_the_table_shows_models_without_sql_by_hand_too() -> None:
    assert [line.split() for line in table(MODELS).splitlines()[1:]] == [
        ["fct_events", "40.00"],
        ["fct_hourly", "4.00", "2.00", "2.00"],
        ["dim_identities", "0.20", "0.04", "5.00"],
    ]


def test_the_report_tells_what_was_run() -> None:
    def builds(cpu_s: float) -> Builds:
        return Builds(Costs(cpu_s), 2 * cpu_s, MODELS, Costs(cpu_s / 10), 1.0, 3 << 30)

    both = report({TEN_MILLION: builds(100.0), FIFTY_MILLION: builds(500.0)})
    small = report({1_000_000: builds(10.0)})
    del both["by_events"], small["by_events"]

    assert both == {
        "full_10m_cpu_s": 100.0,
        "full_10m_s": 200.0,
        "full_50m_cpu_s": 500.0,
        "incremental_100k_cpu_s": 10.0,
        "worst_model_ratio": 2.0,
        "peak_rss_gb": 3.0,
    }
    assert small == {
        "full_10m_cpu_s": None,
        "full_10m_s": None,
        "full_50m_cpu_s": None,
        "incremental_100k_cpu_s": 1.0,
        "worst_model_ratio": 2.0,
        "peak_rss_gb": 3.0,
    }
