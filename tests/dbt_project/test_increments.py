"""Whatever the order of arrival, an incremental build holds what the reference says."""

import random
from collections.abc import Callable

import pytest

from tests.dbt_project.comparison import NOW, check, seen
from tests.dbt_project.streams import Stream, random_stream, shuffled_loads
from tests.dbt_project.warehouse import Warehouse

FROZEN = ("--vars", f"{{now: '{NOW:%Y-%m-%d %H:%M:%S}'}}")
PROJECTS = 24
LOADS = 5


@pytest.mark.timeout(600)
def test_random_arrival_equals_the_reference(new_warehouse: Callable[[], Warehouse]) -> None:
    warehouse = new_warehouse()
    streams = [random_stream(seed) for seed in range(PROJECTS)]
    warehouse.configure([stream.project for stream in streams[1:]])
    streams[0] = Stream(type(streams[0].project)(streams[0].project.project_id), streams[0].events)
    loaded = set()
    loads = shuffled_loads(random.Random(7), streams, LOADS)
    for load_id, batch in enumerate(loads, start=1):
        warehouse.load(load_id, [(stream.project.project_id, event) for stream, event in batch])
        loaded |= {event for _, event in batch}
        warehouse.build("run", *FROZEN)
        for stream in streams:
            check(warehouse, seen(stream, loaded))
