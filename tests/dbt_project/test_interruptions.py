"""A build that dies anywhere leaves nothing that the next one does not put right."""

import random
from collections.abc import Callable

import pytest

from tests.dbt_project.comparison import check, seen
from tests.dbt_project.interruptions import watched
from tests.dbt_project.streams import random_stream, shuffled_loads
from tests.dbt_project.warehouse import BuildError, Warehouse

PROJECTS = 12
DEATHS = 2


@pytest.mark.timeout(900)
def test_builds_killed_between_statements(new_warehouse: Callable[[], Warehouse]) -> None:
    rng = random.Random(11)
    warehouse = new_warehouse()
    streams = [random_stream(seed) for seed in range(100, 100 + PROJECTS)]
    warehouse.configure(streams)
    loads = shuffled_loads(rng, streams, DEATHS + 2)
    loaded = {event for batch in loads[:2] for _, event in batch}
    for load_id, batch in enumerate(loads[:2], start=1):
        warehouse.load(load_id, [(stream.project.project_id, event) for stream, event in batch])
        with watched() as statements:
            warehouse.build("run", "--threads", "1")
    # The first dies late, when most marts hold its rows; events come before the next one dies.
    earliest = len(statements.sent) // 2
    for load_id, batch in enumerate(loads[2:], start=3):
        warehouse.load(load_id, [(stream.project.project_id, event) for stream, event in batch])
        loaded |= {event for _, event in batch}
        fatal = rng.randrange(earliest, len(statements.sent))
        with watched(fatal) as killed, pytest.raises(BuildError):
            warehouse.build("run", "--threads", "1")
        assert killed.is_dead
        earliest = 0
    warehouse.build("run", "--threads", "1")
    check(warehouse, [seen(stream, loaded) for stream in streams])
