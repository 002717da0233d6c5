"""Worker, log, checkpoint and loader under crashes and failing disks, in any order.

The table stands for ClickHouse: durable, and asked after each start of the loader for what it has.
"""

import errno
import os
import random
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from ingest.loader.log_reader import Gathered, LogReader
from ingest.log import checkpoint, crash_points, durable_file, names
from ingest.log.checkpoint import Checkpoint
from ingest.log.files import try_lock
from ingest.log.frame import Frame, Kind, encode_frame
from ingest.log.segment_writer import SegmentWriter
from ingest.log.stream_reader import Loss
from tests.ingest.log.simulated_files import SimulatedFiles

OPERATIONS = ("create", "write", "sync", "sync_directory")
# Where a loader may die: at a point of checkpoint.save, or around it.
DEATHS = ("after_insert", "file.before_rename", "renamed", "file.after_rename", "before_forget")
Place = tuple[int, int]  # stream and frame


class Died(BaseException):
    """Stands for the end of the process."""


class Worker:
    """One life of an ingest worker, with its stream, its lock and the files it has written."""

    def __init__(self, directory: Path, stream: int) -> None:
        self.stream = stream
        self.failing: set[str] = set()
        self.files = SimulatedFiles(self._fault)
        self._number = 0
        lock = try_lock(names.lock_path(directory, stream))
        assert lock is not None
        self._lock = lock
        self._writer = SegmentWriter(
            self.files, directory, stream, segment_bytes=400, reserve_bytes=0
        )

    def append(self, sizes: list[int]) -> list[Frame]:
        """The frames, written; raises OSError."""
        frames = []
        for size in sizes:
            payload = b"x" * size + b"\n"
            frames.append(Frame(Kind.EVENTS, self._number, 1, self._number + 1, payload))
            self._number += 1
        self._writer.append([encode_frame(frame) for frame in frames])
        return frames

    def end(self) -> None:
        os.close(self._lock)

    def _fault(self, operation: str) -> OSError | None:
        return OSError(errno.EIO, operation) if operation in self.failing else None


class CrashingLog(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="crashes-"))
        self.log = self.root / "log"
        self.log.mkdir()
        self.checkpoint_path = self.root / "checkpoint.json"
        self.acknowledged: set[Place] = set()
        self.table: list[Place] = []
        self.losses: list[Loss] = []
        self.durable: dict[tuple[int, int], int] = {}  # by stream and segment, of former lives
        self.certain: set[tuple[int, int]] = set()  # segments that no failure of power took
        self.lives = 0
        self.start_worker()
        self.start_loader()

    def start_worker(self) -> None:
        self.lives += 1
        self.worker = Worker(self.log, self.lives)

    def start_loader(self) -> None:
        self.reader = LogReader(self.log)
        self.checkpoint = checkpoint.load(self.checkpoint_path)

    @rule(sizes=st.lists(st.integers(0, 200), min_size=1, max_size=4))
    def append(self, sizes: list[int]) -> None:
        frames = self.worker.append(sizes)
        self.acknowledged |= {(self.worker.stream, frame.number) for frame in frames}

    @rule(
        sizes=st.lists(st.integers(0, 200), min_size=1, max_size=4),
        what=st.sampled_from(OPERATIONS),
    )
    def append_to_a_failing_disk(self, sizes: list[int], what: str) -> None:
        self.worker.failing = {what}
        try:
            self.append(sizes)
        except OSError:
            pass
        finally:
            self.worker.failing = set()

    @rule(sizes=st.lists(st.integers(0, 200), min_size=1, max_size=4))
    def append_to_a_full_disk(self, sizes: list[int]) -> None:
        self.worker.files.free = 10
        with pytest.raises(OSError, match="reserve"):
            self.append(sizes)
        self.worker.files.free = 1 << 40

    @rule(size=st.integers(1, 1_000))
    def load(self, size: int) -> None:
        self.worker.files.show(self.log)
        self._load(size)

    @rule(size=st.integers(1, 1_000), moment=st.sampled_from(DEATHS), seed=st.integers(0, 99))
    def loader_dies(self, size: int, moment: str, seed: int) -> None:
        self.worker.files.show(self.log)
        before = self.checkpoint_path.read_bytes() if self.checkpoint_path.exists() else None
        try:
            self._load(size, moment)
        except Died:
            # The power may fail with it: a renamed file is durable only with its directory.
            if moment == "renamed" and random.Random(seed).random() < 0.5:
                self.checkpoint_path.unlink()
                if before is not None:
                    self.checkpoint_path.write_bytes(before)
            if moment == "file.before_rename":
                self.checkpoint_path.with_suffix(".tmp").write_bytes(b'{"load_')  # torn
        self.start_loader()

    @rule()
    def worker_dies(self) -> None:
        """What it has written stays in the page cache."""
        self.worker.files.show(self.log)
        self._end_worker()

    @rule(seed=st.integers(0, 2**32))
    def power_fails(self, seed: int) -> None:
        """Deleted files may be back, since nothing made their deletion durable."""
        self.worker.files.show(self.log)
        for path in names.segments(self.log).get(self.worker.stream, []):
            names.segment_path(self.log, self.worker.stream, path).unlink()
        self.worker.files.lose_power(random.Random(seed), self.log)
        self._end_worker()
        self.start_loader()

    def teardown(self) -> None:
        self.worker.files.show(self.log)
        self._end_worker()
        self.start_loader()
        for _ in range(1_000):
            if not self._load(1_000):
                break
        self.worker.end()
        shutil.rmtree(self.root)
        assert len(self.table) == len(set(self.table)), "a frame was loaded twice"
        assert self.acknowledged <= set(self.table), "an acknowledged frame is missing"
        for loss in self.losses:
            assert not loss.is_acknowledged or self._may_be_taken_for_acknowledged(loss), loss

    def _may_be_taken_for_acknowledged(self, loss: Loss) -> bool:
        """Nothing says how much of a stream's last segment was durable."""
        is_last = all(
            segment <= loss.segment for stream, segment in self.certain if stream == loss.stream
        )
        return is_last and loss.start >= self.durable[loss.stream, loss.segment]

    def _end_worker(self) -> None:
        for path, size in self.worker.files.durable.items():
            name = names.parse(path)
            assert name is not None
            self.durable[name] = size
            if self.worker.files.is_certain(path):
                self.certain.add(name)
        self.worker.end()
        self.start_worker()

    def _load(self, size: int, death: str = "") -> bool:
        """As ingest.loader.loader does it; False if there was nothing more."""
        gathered = Gathered(dict(self.checkpoint.positions))
        self.reader.extend(gathered, rows=100, size=size)
        self.losses += gathered.losses
        known = set(self.table)
        for part in gathered.events:
            if (place := (part.stream, part.frame)) not in known:
                self.table.append(place)
        if not (gathered.rows or gathered.finished):
            return False
        if death == "after_insert":
            raise Died
        positions = {
            stream: position
            for stream, position in gathered.positions.items()
            if stream not in gathered.finished
        }
        self.checkpoint = Checkpoint(1, gathered.written_until, positions)
        self._save(death)
        if death == "before_forget":
            raise Died
        self.reader.forget(self.checkpoint, gathered.finished)
        return True

    def _save(self, death: str) -> None:
        def reach(name: str) -> None:
            if name == death:
                raise Died

        def sync_directory(path: Path) -> None:
            if death == "renamed":
                raise Died

        with (
            patch.object(crash_points, "reach", reach),
            patch.object(durable_file, "sync_directory", sync_directory),
        ):
            checkpoint.save(self.checkpoint_path, self.checkpoint)


TestCrashes = CrashingLog.TestCase
TestCrashes.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
