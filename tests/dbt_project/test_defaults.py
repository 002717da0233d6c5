"""One build of a project without settings: what it holds, and the unit tests of its models."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.dbt_project.comparison import check
from tests.dbt_project.reference.events import Project
from tests.dbt_project.streams import random_stream
from tests.dbt_project.warehouse import Warehouse

UNKNOWN = replace(random_stream(1), project=Project("not-synchronised"))


@pytest.fixture(scope="module")
def warehouse(new_warehouse: Callable[[], Warehouse]) -> Warehouse:
    warehouse = new_warehouse()
    warehouse.load(1, [("not-synchronised", event) for event in UNKNOWN.events])
    warehouse.define_funnels([UNKNOWN])
    warehouse.plan_events([UNKNOWN])
    warehouse.build("run")
    return warehouse


def test_a_project_without_settings_gets_the_defaults(warehouse: Warehouse) -> None:
    check(warehouse, [UNKNOWN])


@pytest.mark.timeout(600)
def test_the_unit_tests_of_the_models_hold(warehouse: Warehouse) -> None:
    """dbt reads the columns of their inputs from the tables that a build has left."""
    warehouse.build("test", "--select", "test_type:unit")
