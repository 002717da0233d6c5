"""Whatever the order of arrival, an incremental build holds what the reference says."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tests.dbt_project.comparison import built, check, seen
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.streams import Stream, random_overrides, random_stream, shuffled_loads
from tests.dbt_project.warehouse import Warehouse

PROJECTS = 24
LOADS = 3

# A phone of March turns out to be that of somebody who came in April.
PHONE, LAPTOP, LINK = (
    Event(UUID(int=number), "page_view", int(at.timestamp() * 1000), "page", user, device)
    for number, (at, user, device) in enumerate(
        [
            (datetime(2025, 3, 31, 12, tzinfo=UTC), "", "phone"),
            (datetime(2025, 4, 6, 12, tzinfo=UTC), "somebody", "laptop"),
            (datetime(2025, 4, 7, 11, tzinfo=UTC), "somebody", "phone"),
        ]
    )
)
COHORTS = """
select cohort_date, cohort_size from analytics.fct_retention
where project_id = 'merged' and period = 'day' and mode = 'rolling' and period_index = 0
order by cohort_date
"""


@pytest.mark.timeout(900)
def test_random_arrival_equals_the_reference_and_a_full_refresh(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = new_warehouse()
    streams = [random_stream(seed) for seed in range(PROJECTS)]
    rng = random.Random(7)
    # The last build has decisions about ids alone.
    loads = [*shuffled_loads(rng, streams, LOADS), []]
    merged = Stream(Project("merged"), [PHONE, LAPTOP, LINK])
    streams.append(merged)
    loads[0] += [(merged, PHONE), (merged, LAPTOP)]
    loads[2] += [(merged, LINK)]
    warehouse.configure([stream.project for stream in streams])
    loaded = set()
    for load_id, batch in enumerate(loads, start=1):
        warehouse.load(load_id, [(stream.project.project_id, event) for stream, event in batch])
        loaded |= {event for _, event in batch}
        if load_id >= LOADS:
            streams = [replace(stream, overrides=random_overrides(rng)) for stream in streams]
            for stream in streams:
                warehouse.override(stream.project, stream.overrides)
        warehouse.build("run")
        check(warehouse, [seen(stream, loaded) for stream in streams])
        march, april = date(2025, 3, 31), date(2025, 4, 6)
        linked = load_id >= LOADS
        assert warehouse.rows(COHORTS) == ([(march, 1)] if linked else [(march, 1), (april, 1)])
    incremental = built(warehouse)
    warehouse.build("run", "--full-refresh")
    assert built(warehouse) == incremental
