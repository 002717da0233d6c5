"""Readers can tell finished marts from half-written ones."""

from collections.abc import Callable

import pytest

from tests.dbt_project.interruptions import watched
from tests.dbt_project.streams import random_stream
from tests.dbt_project.warehouse import BuildError, Warehouse

STATUS = "select version, load_id, is_building from analytics.build_status"
LAST_COMMIT = "select max(version) from intermediate.int_load_commits"


def test_a_build_is_under_way_until_it_is_committed(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = new_warehouse()
    stream = random_stream(300, 20)
    warehouse.load(1, [(stream.project.project_id, event) for event in stream.events[:10]])
    with watched() as statements:
        warehouse.build("run", "--threads", "1")
    [(first,)] = warehouse.rows(LAST_COMMIT)
    assert warehouse.rows(STATUS) == [(first, 1, False)]

    warehouse.load(2, [(stream.project.project_id, event) for event in stream.events[10:]])
    half = len(statements.sent) // 2
    with watched(half), pytest.raises(BuildError):
        warehouse.build("run", "--threads", "1")
    assert warehouse.rows(STATUS) == [(first, 1, True)]

    warehouse.build("run", "--threads", "1")
    [(second,)] = warehouse.rows(LAST_COMMIT)
    assert str(second) > str(first)  # microseconds, as many digits
    assert warehouse.rows(STATUS) == [(second, 2, False)]
