"""One build of a project without settings and one with bad input: what they hold, what warns, and
the unit tests of the models."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.dbt_project.bad_input import BAD_INPUT, WARNINGS, WRONG_ZONE
from tests.dbt_project.comparison import check
from tests.dbt_project.reference.events import Project
from tests.dbt_project.streams import random_stream
from tests.dbt_project.warehouse import Warehouse

UNKNOWN = replace(random_stream(1), project=Project("not-synchronised"))


@pytest.fixture(scope="module")
def warehouse(new_warehouse: Callable[[], Warehouse]) -> Warehouse:
    warehouse = new_warehouse()
    warehouse.load(1, [("not-synchronised", event) for event in UNKNOWN.events])
    warehouse.load(2, [("bad-input", event) for event in BAD_INPUT.events])
    wrong = replace(BAD_INPUT.project, timezone=WRONG_ZONE)
    warehouse.configure([replace(BAD_INPUT, project=wrong)])
    warehouse.define_funnels([UNKNOWN])
    warehouse.plan_events([UNKNOWN])
    warehouse.build("run")
    return warehouse


def test_a_project_without_settings_gets_the_defaults(warehouse: Warehouse) -> None:
    check(warehouse, [UNKNOWN])


def test_bad_input_has_a_result(warehouse: Warehouse) -> None:
    check(warehouse, [BAD_INPUT])
    assert warehouse.rows(
        "select toString(net_revenue), toString(refunds), refund_count "
        "from analytics.fct_revenue_daily where project_id = 'bad-input'"
    ) == [("2.5", "6.5", 2)]
    assert warehouse.rows(
        "select value_type from analytics.dim_properties "
        "where project_id = 'bad-input' and property_name = 'seats'"
    ) == [("mixed",)]
    assert warehouse.rows(
        "select step_index, sum(person_count), max(conversion_from_start) "
        "from analytics.fct_funnel_daily where funnel_id = 'never' group by step_index "
        "order by step_index"
    ) == [(1, 1, 1), (2, 0, 0)]


def test_bad_input_warns_and_fails_nothing(warehouse: Warehouse) -> None:
    found = warehouse.warnings("bad-input")
    assert {name: rows for name, rows in found.items() if rows} == WARNINGS


@pytest.mark.timeout(600)
def test_the_unit_tests_of_the_models_hold(warehouse: Warehouse) -> None:
    """dbt reads the columns of their inputs from the tables that a build has left."""
    warehouse.build("test", "--select", "test_type:unit")
