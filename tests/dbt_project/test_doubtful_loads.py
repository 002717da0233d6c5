"""A load that the materialized view may have missed is counted exactly after the next build."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dbt_project.comparison import built, check, seen
from tests.dbt_project.interruptions import watched
from tests.dbt_project.reference.events import Event
from tests.dbt_project.streams import random_stream
from tests.dbt_project.warehouse import BuildError, ParsedProject, Warehouse, started
from warehouse.migrations import migrate

pytestmark = pytest.mark.timeout(900)

STATES = "intermediate.int_events_hourly"
PIN = "select max(load_id) from intermediate.hourly_pinned_load"
LIVE = 5000
"""A load far above the pin of the first build, so that the view adds it, not a build."""
STREAM = random_stream(400, 200)
BUILT = 20
"""Events of the first load."""


class Loads:
    """One project whose events arrive one load after the other; the first `loaded` are there."""

    def __init__(self, warehouse: Warehouse, loaded: int = 0) -> None:
        self.warehouse = warehouse
        self.loaded: set[Event] = set(STREAM.events[:loaded])
        self._rest: Iterator[Event] = iter(STREAM.events[loaded:])

    def load(self, load_id: int, size: int = 20) -> None:
        events = [event for event, _ in zip(self._rest, range(size), strict=False)]
        self.warehouse.load(load_id, [(STREAM.project.project_id, one) for one in events])
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
        check(self.warehouse, [seen(STREAM, self.loaded)])

    @property
    def live_events(self) -> list[tuple[object, ...]]:
        """How many events the view has added since the table was made; empty without any."""
        return self.warehouse.rows(
            f"select countMerge(event_count_state) from {STATES} where version = 0 group by version"
        )

    @property
    def pin(self) -> object:
        return self.warehouse.rows(PIN)[0][0]


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory, parsed_project: ParsedProject) -> Path:
    """The directory of a warehouse that has built load 1; its engine has stopped."""
    directory = tmp_path_factory.mktemp("first_build")
    with started(directory, parsed_project) as warehouse:
        migrate(warehouse.client)
        warehouse.configure([STREAM])
        Loads(warehouse).load(1, BUILT)
        warehouse.build("run")
    return directory


@pytest.fixture
def loads(first_build: Path, tmp_path: Path, parsed_project: ParsedProject) -> Iterator[Loads]:
    """Load 1 is built, two later ones went through the view."""
    shutil.copytree(first_build / "data", tmp_path / "data", symlinks=True)
    with started(tmp_path, parsed_project) as warehouse:
        loads = Loads(warehouse, BUILT)
        loads.load(LIVE)
        loads.load(LIVE + 1)
        yield loads


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
