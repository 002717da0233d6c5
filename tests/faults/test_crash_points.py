"""The API or the loader dies at a chosen place, starts again, and nothing is lost or doubled."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.retrying import DEADLINE, RetryingClient, sending, wait_until_stored
from tests.ingest.services import Ingest, Service, make_ingest, running


@pytest.fixture
def ingest(
    tmp_path: Path, warehouse_url: str, database_url: str, redis_url: str
) -> Iterator[Ingest]:
    with running(make_ingest(tmp_path, warehouse_url, database_url, redis_url)) as ingest:
        yield ingest


LOG_POINTS = ["log.before_write:3", "log.before_sync:3", "log.after_sync:3"]
LOADER_POINTS = [
    "loader.before_insert:2",
    "loader.after_insert:2",
    "loader.before_checkpoint:2",
    "file.before_rename:3",
    "file.after_rename:3",
    "loader.after_checkpoint:2",
]


@pytest.mark.timeout(900)
def test_the_api_may_die_around_every_write(ingest: Ingest) -> None:
    dies_at_each(LOG_POINTS, ingest.api, ingest)


@pytest.mark.timeout(900)
def test_the_loader_may_die_around_every_insert_and_checkpoint(ingest: Ingest) -> None:
    dies_at_each(LOADER_POINTS, ingest.loader, ingest)


def dies_at_each(points: list[str], victim: Service, ingest: Ingest) -> None:
    client = RetryingClient(ingest.url, ingest.write_key, random.Random(0))
    with sending([client]):
        for point in points:
            victim.end()
            victim.start(wait=False, CRASH_AT=point)
            assert victim.process is not None
            assert victim.process.wait(DEADLINE) == -signal.SIGKILL, point
        victim.start()
        time.sleep(1)
    stored = wait_until_stored(ingest, set(client.acknowledged))
    assert set(client.acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
