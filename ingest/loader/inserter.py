"""Brings rows into a table, each exactly once, however often ClickHouse fails on the way."""

import threading
import time
from collections.abc import Callable

from ingest.loader import loads
from ingest.loader.block import Block
from ingest.loader.clickhouse import ClickHouse, ClickHouseError
from ingest.loader.metrics import LoaderMetrics
from ingest.loader.poison import rejected_row
from ingest.loader.table import Table
from ingest.log import crash_points

FIRST_RETRY_SECONDS = 0.2
MAX_RETRY_SECONDS = 5.0


class Stopped(Exception):  # noqa: N818 - leaves a retry when the process is to end
    pass


class LoadIds:
    """Strictly increasing; an id is not used again even if its insert failed.

    A failed insert may have left some of its rows, and models that have seen the id would not look
    at rows that come with it later.
    """

    def __init__(self) -> None:
        self.last = 0

    def raise_to(self, seen: int) -> None:
        self.last = max(self.last, seen)

    def take(self) -> int:
        self.last += 1
        return self.last


class Inserter:
    def __init__(
        self,
        clickhouse: ClickHouse,
        load_ids: LoadIds,
        metrics: LoaderMetrics,
        stop: threading.Event,
    ) -> None:
        self._clickhouse = clickhouse
        self._load_ids = load_ids
        self._metrics = metrics
        self._stop = stop
        self._events = Table(clickhouse, "raw.events")
        self._rejected = Table(clickhouse, "raw.events_rejected")
        self._in_doubt = True  # what a former life inserted beyond the checkpoint

    def load_events(self, block: Block) -> None:
        """Returns when every row is in raw.events, was there, or is in raw.events_rejected."""
        try:
            self._retry(lambda: self._insert_new_events(block))
        except ClickHouseError as error:  # the data are to blame: find the rows that are
            if block.rows == 1:
                self._metrics.poisoned(str(error))
                self.load_rejected(Block([rejected_row(block.parts[0], error)]))
                return
            for half in block.halves():
                self.load_events(half)

    def load_rejected(self, block: Block) -> None:
        self._retry(lambda: self._insert_new_rejected(block), even_if_data=True)

    def _insert_new_events(self, block: Block) -> None:
        self._settle_doubt()
        found = self._events.find(block)
        if found.load_ids:
            loads.record_in_doubt(self._clickhouse, found.load_ids)
        missing = block.without(found.places)
        new = missing.unique(self._events.known(missing)) if missing.rows else missing
        duplicates = missing.rows - new.rows
        if new.rows:
            load_id = self._insert(self._events, new)
            loads.record(self._clickhouse, new, load_id, duplicates)
            crash_points.reach("loader.after_watermark")
        self._metrics.duplicates(duplicates)

    def _insert_new_rejected(self, block: Block) -> None:
        self._settle_doubt()
        missing = block.without(self._rejected.find(block).places)
        if missing.rows:
            self._insert(self._rejected, missing)

    def _insert(self, table: Table, block: Block) -> int:
        load_id = self._load_ids.take()
        started = time.monotonic()
        crash_points.reach("loader.before_insert")
        table.insert(block, load_id)
        crash_points.reach("loader.after_insert")
        self._metrics.inserted(table.name, block.rows, time.monotonic() - started, load_id)
        return load_id

    def _settle_doubt(self) -> None:
        """Ask the tables how far they are, once no insert of ours is under way any more."""
        if not self._in_doubt:
            return
        self._clickhouse.settle()
        for table in (self._events, self._rejected):
            table.suspect()
            self._load_ids.raise_to(table.last_load_id())
        self._in_doubt = False

    def _retry(self, work: Callable[[], None], *, even_if_data: bool = False) -> None:
        """Until it succeeds, for ever; gives up only when the process stops or the data are bad."""
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                return work()
            except ClickHouseError as error:
                self._in_doubt = True
                self._metrics.failed(error.code, str(error))
                if error.blames_data and not even_if_data:
                    raise
            if self._stop.wait(pause):
                raise Stopped
            pause = min(2 * pause, MAX_RETRY_SECONDS)
