"""A ClickHouse of the benchmark's own, with a history in raw.events and dbt to build its marts."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from benchmarks.dbt_runs import Dbt
from benchmarks.history import DAYS, EVENTS_PER_LOAD, History
from benchmarks.ingest_services import cpu_seconds
from stack.engines import ClickHouse
from stack.engines.foreground import running
from stack.ports import free_port
from warehouse.client import connect
from warehouse.migrations import migrate


class Warehouse:
    """While it is open, `client` reaches an engine that holds `events` of 30 days."""

    def __init__(self, directory: Path, events: int) -> None:
        self._events = events
        self._directory = directory
        self._stack = ExitStack()
        self.engine = ClickHouse(directory / "clickhouse", free_port(), "secret", "secret")

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            log = self._directory / "clickhouse.log"
            self.process = stack.enter_context(running(self.engine.service(), log))
            self.client = connect(self.engine.url)
            stack.callback(self.client.close)
            migrate(self.client)
            self.history = History(self.client)
            self.history.configure()
            loads = max(1, self._events // EVENTS_PER_LOAD)
            self.history.add(self._events, days=DAYS, loads=loads)
            self.dbt = Dbt(self.engine.url, self._directory / "target", self.cpu_seconds)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def cpu_seconds(self) -> float:
        """What ClickHouse has used so far."""
        return cpu_seconds(self.process)
