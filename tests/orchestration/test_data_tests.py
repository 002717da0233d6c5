"""Data tests of dbt in words."""

from typing import Any

import pytest

from orchestration.defs.warehouse.data_tests import describe


def generic(kind: str, name: str = "", description: str = "", **arguments: Any) -> dict[str, Any]:
    """A test as the manifest has it; without a name of its own, dbt makes one of its kind."""
    return {
        "name": name or f"{kind}_fct_events_and_so_on",
        "description": description,
        "test_metadata": {"name": kind, "kwargs": {"model": "…", **arguments}},
    }


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (
            generic("unique_key", columns=["project_id", "event_id"]),
            "One row per (project_id, event_id).",
        ),
        (generic("unique", column_name="version"), "One row per (version)."),
        (generic("not_empty", column_name="distinct_id"), "distinct_id is never empty."),
        (
            generic("accepted_values", column_name="period", values=["day", "week", "month"]),
            "period is day, week or month.",
        ),
        (generic("accepted_values", column_name="is_valid", values=[True]), "is_valid is true."),
        (generic("expression_is_true", expression="lo <= hi"), "In every row lo <= hi."),
        (generic("is_sorted"), "Is sorted."),
        (generic("is_sorted", description="Steps follow in order."), "Steps follow in order."),
        (
            generic("expression_is_true", "currencies_are_known", "ISO 4217 knows each."),
            "Currencies are known. ISO 4217 knows each.",
        ),
        ({"name": "assert_every_raw_event_is_built"}, "Every raw event is built."),
        ({"name": "warn_funnel_steps_happen", "description": ""}, "Funnel steps happen."),
    ],
)
def test_a_data_test_says_what_it_demands(node: dict[str, Any], expected: str) -> None:
    assert describe(node) == expected
