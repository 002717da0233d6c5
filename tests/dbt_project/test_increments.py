"""Whatever the order of arrival, an incremental build holds what the reference says."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from orchestration.defs.warehouse.rebuild import Days, request_rebuild
from tests.dbt_project.comparison import built, check, seen
from tests.dbt_project.funnels import funnels_of
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.streams import Stream, random_overrides, random_stream, shuffled_loads
from tests.dbt_project.warehouse import Warehouse

PROJECTS = 24
LOADS = 2

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
# The only event of its day, which comes with the second load.
EARLY = date(2024, 6, 1)
LATE = Event(UUID(int=9), "search", int(datetime(2024, 6, 1, 12, tzinfo=UTC).timestamp() * 1000))
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
    # The last build has changes of decisions about ids, of settings and of funnels alone.
    loads = [*shuffled_loads(rng, streams, LOADS), []]
    merged = Stream(Project("merged"), [PHONE, LAPTOP, LINK])
    late = Stream(Project("late"), [LATE])
    streams += [merged, late]
    loads[0] += [(merged, PHONE), (merged, LAPTOP)]
    loads[1] += [(late, LATE), (merged, LINK)]
    warehouse.configure(streams)
    loaded = set()
    for load_id, batch in enumerate(loads, start=1):
        warehouse.load(load_id, [(stream.project.project_id, event) for stream, event in batch])
        loaded |= {event for _, event in batch}
        streams = [replace(each, funnels=funnels_of(each.project, load_id)) for each in streams]
        if load_id >= LOADS:
            streams = [replace(stream, overrides=random_overrides(rng)) for stream in streams]
            for stream in streams:
                warehouse.override(stream.project, stream.overrides)
        if load_id > LOADS:
            streams[::3] = [replace(stream, project=changed(stream)) for stream in streams[::3]]
            warehouse.configure(streams[::3])
        warehouse.define_funnels(streams)
        warehouse.build("run")
        check(warehouse, [seen(stream, loaded) for stream in streams])
        march, april = date(2025, 3, 31), date(2025, 4, 6)
        linked = load_id >= LOADS
        assert warehouse.rows(COHORTS) == ([(march, 1)] if linked else [(march, 1), (april, 1)])
    incremental = built(warehouse)
    # Days that are built anew from the middle of the history on change nothing.
    assert request_rebuild(warehouse.client, Days(EARLY, EARLY)) == 2
    warehouse.build("run")
    assert built(warehouse) == incremental
    warehouse.build("run", "--full-refresh")
    assert built(warehouse) == incremental


def changed(stream: Stream) -> Project:
    """Other settings, of which each one moves rows of some mart."""
    return replace(
        stream.project,
        timezone="Asia/Kolkata" if stream.project.timezone != "Asia/Kolkata" else "UTC",
        session_timeout_seconds=900,
        include_bots=not stream.project.include_bots,
        week_start=3,
        currency="USD" if stream.project.currency != "USD" else "EUR",
    )
