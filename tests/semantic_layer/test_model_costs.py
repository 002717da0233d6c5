"""The yardsticks of `make bench-build`. They raise where the model has other rows."""

import time

import pytest

from benchmarks import model_costs
from benchmarks.build import FIFTY_MILLION, TEN_MILLION, Builds, report
from benchmarks.dbt_runs import Costs
from benchmarks.model_costs import STATEMENTS, DifferentRowsError, ModelCost, cost_by_hand, table
from tests.semantic_layer.built_marts import Built

MODELS = [ModelCost("fct_events", 40.0, None), ModelCost("fct_hourly", 4.0, 2.0)]


@pytest.mark.parametrize("model", STATEMENTS)
def test_sql_by_hand_has_the_rows_of_its_model(model: str, built: Built) -> None:
    assert cost_by_hand(built.warehouse.client, model, time.process_time) >= 0


def test_sql_by_hand_with_other_rows_is_no_yardstick(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        model_costs.STATEMENTS, "fct_hourly", STATEMENTS["fct_hourly"] + " HAVING event_count > 1"
    )

    with pytest.raises(DifferentRowsError, match="fct_hourly"):
        cost_by_hand(built.warehouse.client, "fct_hourly", time.process_time)


def test_the_table_shows_models_without_sql_by_hand_too() -> None:
    assert [line.split() for line in table(MODELS).splitlines()[1:]] == [
        ["fct_events", "40.00"],
        ["fct_hourly", "4.00", "2.00", "2.00"],
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
