"""A load that the materialized view may have missed is counted exactly after the next build."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.dbt_project.comparison import built, check, seen
from tests.dbt_project.interruptions import watched
from tests.dbt_project.reference.events import Event
from tests.dbt_project.streams import Stream, random_stream
from tests.dbt_project.warehouse import BuildError, Warehouse

pytestmark = pytest.mark.timeout(900)

STATES = "intermediate.int_events_hourly"
PIN = "select max(load_id) from intermediate.hourly_pinned_load"
LIVE = 5000
"""A load far above the pin of the first build, so that the view adds it, not a build."""


class Loads:
    """One project whose events arrive one load after the other."""

    def __init__(self, warehouse: Warehouse, seed: int) -> None:
        self.warehouse = warehouse
        self.stream: Stream = random_stream(seed, 200)
        self.loaded: set[Event] = set()
        self._rest: Iterator[Event] = iter(self.stream.events)
        warehouse.configure([self.stream])

    def load(self, load_id: int, size: int = 20) -> None:
        events = [event for event, _ in zip(self._rest, range(size), strict=False)]
        self.warehouse.load(load_id, [(self.stream.project.project_id, one) for one in events])
        self.loaded |= set(events)

    def doubt(self, load_id: int) -> None:
        """As the loader does when it finds a load whose insert seemed to fail."""
        self.warehouse.client.command(
            "insert into raw.load_watermarks (load_id, row_count, in_doubt) "
            f"select {load_id}, count(), true from raw.events where load_id = {load_id}"
        )

    def lose_live_states(self) -> None:
        self.warehouse.client.command(f"delete from {STATES} where version = 0")

    def double_live_states(self) -> None:
        self.warehouse.client.command(
            f"insert into {STATES} select * from {STATES} where version = 0"
        )

    def check(self) -> None:
        check(self.warehouse, [seen(self.stream, self.loaded)])

    @property
    def live_events(self) -> list[tuple[object, ...]]:
        """How many events the view has added since the table was made; empty without any."""
        return self.warehouse.rows(
            f"select countMerge(event_count_state) from {STATES} where version = 0 group by version"
        )

    @property
    def pin(self) -> object:
        return self.warehouse.rows(PIN)[0][0]


@pytest.fixture
def loads(new_warehouse: Callable[[], Warehouse]) -> Loads:
    """Load 1 is built, two later ones went through the view."""
    loads = Loads(new_warehouse(), 400)
    loads.load(1)
    loads.warehouse.build("run")
    loads.load(LIVE)
    loads.load(LIVE + 1)
    return loads


def test_lost_and_doubled_states_are_put_right_once(loads: Loads) -> None:
    loads.lose_live_states()
    loads.doubt(LIVE)
    loads.warehouse.build("run")
    loads.check()
    assert loads.pin == LIVE + 1001

    found = built(loads.warehouse)
    loads.warehouse.build("run")
    assert built(loads.warehouse) == found
    assert loads.pin == LIVE + 1001

    loads.load(LIVE + 2000)
    loads.double_live_states()
    loads.doubt(LIVE + 2000)
    loads.warehouse.build("run")
    loads.check()


def test_repairs_that_die_are_repeated(loads: Loads) -> None:
    hours = ("run", "--threads", "1", "--select", "int_load_windows", "int_events_hourly")
    loads.lose_live_states()
    loads.doubt(LIVE)
    for number, deadly in enumerate(DEADLY, start=2):
        with watched(deadly=deadly) as killed, pytest.raises(BuildError):
            loads.warehouse.build(*hours)
        assert killed.is_dead
        loads.load(LIVE + 2000 * number, 10)
    loads.warehouse.build("run")
    loads.check()


DEADLY = (
    "create or replace table `intermediate`.`int_events_hourly__anew`",
    "insert into `intermediate`.`int_events_hourly__anew`",
    "exchange tables",
    "drop table `intermediate`.`int_events_hourly__anew`",
    "insert into `intermediate`.`int_events_hourly` ",
    "insert into intermediate.hourly_settled_pins",
)


def test_a_full_refresh_that_dies_over_the_hours_doubles_nothing(loads: Loads) -> None:
    select = ("--threads", "1", "--select", "int_load_windows", "int_events_hourly")
    with watched(deadly="exchange tables `intermediate`.`int_events_hourly__") as killed:
        with pytest.raises(BuildError):
            loads.warehouse.build("run", "--full-refresh", *select)
    assert killed.is_dead
    loads.warehouse.build("run")
    loads.check()


def test_blocks_that_arrive_during_the_repair_and_after_it_are_counted_once(
    loads: Loads,
) -> None:
    loads.lose_live_states()
    loads.doubt(LIVE)
    is_built = threading.Event()

    def keep_loading() -> None:
        load_id = LIVE + 10
        while not is_built.wait(0.5):
            loads.load(load_id, 1)
            load_id += 1

    loader = threading.Thread(target=keep_loading)
    loader.start()
    try:
        loads.warehouse.build("run")
    finally:
        is_built.set()
        loader.join()
    assert loads.live_events == []
    loads.load(LIVE + 5000, 10)  # above the new pin: counted at once
    assert loads.live_events == [(10,)]
    loads.warehouse.build("run")
    loads.check()
