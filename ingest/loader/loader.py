"""From the log to the tables: gather a block, insert what is missing, move the checkpoint.

The order makes every crash harmless. The checkpoint moves after the insert, so rows may be in the
table beyond it: after a start and after every error the inserter asks which, by their place in the
log, and inserts the others under a new load id.
"""

import logging
import threading
import time
from pathlib import Path
from typing import NamedTuple

from ingest.loader.block import Block
from ingest.loader.clickhouse import ClickHouse
from ingest.loader.inserter import Inserter, LoadIds, Stopped
from ingest.loader.log_reader import Gathered, LogReader
from ingest.loader.metrics import LoaderMetrics
from ingest.log import checkpoint, crash_points
from ingest.log.checkpoint import Checkpoint

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.02
CHECKPOINT_RETRY_SECONDS = 1.0


class BlockLimits(NamedTuple):
    rows: int
    size: int  # bytes of JSON
    linger_seconds: float


class Loader:
    def __init__(
        self,
        clickhouse: ClickHouse,
        log_directory: Path,
        checkpoint_path: Path,
        limits: BlockLimits,
        metrics: LoaderMetrics,
    ) -> None:
        self._reader = LogReader(log_directory)
        self._checkpoint_path = checkpoint_path
        self._checkpoint = checkpoint.load(checkpoint_path)
        self._limits = limits
        self._metrics = metrics
        self._stop = threading.Event()
        self._load_ids = LoadIds()
        self._load_ids.raise_to(self._checkpoint.load_id)
        self._inserter = Inserter(clickhouse, self._load_ids, metrics, self._stop)

    def stop(self) -> None:
        """Leave after the statement under way; what is not loaded stays in the log."""
        self._stop.set()

    def run(self) -> None:
        try:
            while not self._stop.is_set():
                self._load(self._gather())
        except Stopped:
            pass
        logger.info("stopped; what is not loaded stays in the log")

    def drain(self) -> None:
        """Load what is in the log now."""
        while (gathered := self._extend(self._start())).rows or gathered.finished:
            self._load(gathered)

    def _gather(self) -> Gathered:
        """A full block, or what has come until the first of it has waited long enough."""
        gathered = self._start()
        deadline = float("inf")
        while not self._stop.is_set():
            self._extend(gathered)
            self._metrics.polled(gathered.rows, gathered.oldest_written_at)
            now = time.monotonic()
            if gathered.rows:
                deadline = min(deadline, now + self._limits.linger_seconds)
            if self._is_full(gathered) or now >= deadline or gathered.finished:
                break
            self._stop.wait(POLL_SECONDS)
        return gathered

    def _start(self) -> Gathered:
        return Gathered(dict(self._checkpoint.positions))

    def _extend(self, gathered: Gathered) -> Gathered:
        self._reader.extend(gathered, rows=self._limits.rows, size=self._limits.size)
        return gathered

    def _is_full(self, gathered: Gathered) -> bool:
        return gathered.rows >= self._limits.rows or gathered.size >= self._limits.size

    def _load(self, gathered: Gathered) -> None:
        for loss in gathered.losses:
            self._metrics.lost(loss)
        if gathered.events:
            self._inserter.load_events(Block(gathered.events))
        if gathered.rejected:
            self._inserter.load_rejected(Block(gathered.rejected))
        if gathered.rows or gathered.finished:
            self._move_checkpoint(gathered)

    def _move_checkpoint(self, gathered: Gathered) -> None:
        positions = gathered.positions
        for stream in gathered.finished:
            positions.pop(stream, None)
        self._checkpoint = Checkpoint(
            load_id=self._load_ids.last,
            loaded_until=max(self._checkpoint.loaded_until, gathered.written_until),
            positions=positions,
        )
        crash_points.reach("loader.before_checkpoint")
        self._save_checkpoint()
        crash_points.reach("loader.after_checkpoint")
        self._reader.forget(self._checkpoint, gathered.finished)
        crash_points.reach("loader.after_delete")

    def _save_checkpoint(self) -> None:
        """Until it is on disk: segments are deleted after it, which may be what makes room."""
        while True:
            try:
                checkpoint.save(self._checkpoint_path, self._checkpoint)
            except OSError as error:  # above all: no space left
                self._metrics.checkpoint_failed(str(error))
                if self._stop.wait(CHECKPOINT_RETRY_SECONDS):
                    raise Stopped from error
            else:
                self._metrics.checkpoint_saved()
                return
