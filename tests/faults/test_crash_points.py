"""The API or the loader dies at a chosen place, starts again, and nothing is lost or doubled."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.retrying import DEADLINE, RetryingClient, sending, wait_until_stored
from tests.ingest.services import Ingest, make_ingest, running


@pytest.fixture
def ingest(
    tmp_path: Path, warehouse_url: str, database_url: str, redis_url: str
) -> Iterator[Ingest]:
    with running(make_ingest(tmp_path, warehouse_url, database_url, redis_url)) as ingest:
        yield ingest


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "point",
    [
        "log.before_write:3",
        "log.before_sync:3",
        "log.after_sync:3",
        "loader.before_insert:2",
        "loader.after_insert:2",
        "loader.before_checkpoint:2",
        "file.before_rename:3",
        "loader.after_checkpoint:2",
    ],
)
def test_death_at_a_crash_point_loses_and_doubles_nothing(ingest: Ingest, point: str) -> None:
    victim = ingest.api if point.startswith("log.") else ingest.loader
    victim.end()
    victim.start(CRASH_AT=point)
    client = RetryingClient(ingest.url, ingest.write_key, random.Random(0))
    assert victim.process is not None
    with sending([client]):
        code = victim.process.wait(DEADLINE)
        victim.start()
        time.sleep(1)
    assert code == -9
    stored = wait_until_stored(ingest, set(client.acknowledged))
    assert set(client.acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
