"""Whatever the order of arrival, an incremental build holds what the reference says."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.dbt_project.comparison import built, check, seen
from tests.dbt_project.funnels import funnels_of
from tests.dbt_project.reference.events import Project
from tests.dbt_project.streams import random_stream, shuffled_loads
from tests.dbt_project.warehouse import Warehouse

PROJECTS = 24
LOADS = 3


@pytest.mark.timeout(900)
def test_random_arrival_equals_the_reference_and_a_full_refresh(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = new_warehouse()
    streams = [random_stream(seed) for seed in range(PROJECTS)]
    warehouse.configure(streams)
    loaded = set()
    for load_id, batch in enumerate(shuffled_loads(random.Random(7), streams, LOADS), start=1):
        warehouse.load(load_id, [(stream.project.project_id, event) for stream, event in batch])
        loaded |= {event for _, event in batch}
        streams = [replace(each, funnels=funnels_of(each.project, load_id)) for each in streams]
        warehouse.define_funnels(streams)
        warehouse.build("run")
        check(warehouse, [seen(stream, loaded) for stream in streams])
    incremental = built(warehouse)
    warehouse.build("run", "--full-refresh")
    assert built(warehouse) == incremental


def test_a_project_without_settings_gets_the_defaults(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = new_warehouse()
    stream = random_stream(1)
    unknown = replace(stream, project=Project("not-synchronised"))
    warehouse.load(1, [("not-synchronised", event) for event in stream.events])
    warehouse.define_funnels([unknown])
    warehouse.build("run")
    check(warehouse, [unknown])
