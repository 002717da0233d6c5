"""The capture service over a log in a directory of its own, with one known key."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import redis.asyncio as redis

from control_plane.keys import hash_key
from ingest.capture.live import LiveFeed
from ingest.capture.service import CaptureService
from ingest.keys import ActiveKey, KeyCache
from ingest.log.frame import Frame, scan
from ingest.log.group_commit import SegmentLog
from ingest.metrics import Metrics
from ingest.project import Project
from ingest.settings import IngestSettings

KEY = "wk_test"


class OneKey:
    async def active_keys(self) -> list[ActiveKey]:
        return [ActiveKey("id-1", hash_key(KEY), Project("p1"))]

    async def note_use(self, used: dict[str, datetime]) -> None:
        pass


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SegmentLog]:
    log = SegmentLog(tmp_path / "log", segment_bytes=64 << 20, reserve_bytes=0)
    yield log
    await log.close()


@pytest.fixture
async def service(tmp_path: Path, log: SegmentLog) -> CaptureService:
    keys = KeyCache(OneKey(), tmp_path / "keys.json")
    await keys.refresh()
    return CaptureService(IngestSettings(), log, keys, LiveFeed(redis.Redis()), Metrics())


def frames_of(log: SegmentLog) -> list[Frame]:
    segments = sorted(log.directory.glob("*.segment"))
    items = [item for segment in segments for item, _ in scan(segment.read_bytes()[44:])]
    assert all(isinstance(item, Frame) for item in items)
    return [item for item in items if isinstance(item, Frame)]
