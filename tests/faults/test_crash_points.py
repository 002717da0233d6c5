"""The API or the loader dies at a chosen place, starts again, and nothing is lost or doubled."""

import signal
import time
from collections.abc import Callable

import pytest

from tests.faults.retrying import DEADLINE, RetryingClient, sending, settle
from tests.faults.scale import scaled
from tests.ingest.services import Ingest, Service

LOG_POINTS = [
    "log.before_write:3",
    "log.before_sync:3",
    "log.after_sync:3",
    "log.before_create:3",
    "log.after_create:3",
]
LOADER_POINTS = [
    "loader.before_insert:2",
    "loader.after_insert:2",
    "loader.before_checkpoint:2",
    "file.before_rename:3",
    "loader.after_watermark:2",
    "file.before_write:3",
    "file.before_sync:3",
    "file.after_rename:3",
    "loader.after_checkpoint:2",
    "loader.after_delete:2",
]
SMALL_SEGMENTS = {"SEGMENT_BYTES": "40000"}


@pytest.mark.timeout(900)
def test_the_api_may_die_around_every_write(ingest: Ingest, count: Callable[..., None]) -> None:
    dies_at_each(LOG_POINTS[: scaled(2, 99)], ingest.api, ingest, count)


@pytest.mark.timeout(900)
def test_the_loader_may_die_around_every_insert_and_checkpoint(
    ingest: Ingest, count: Callable[..., None]
) -> None:
    dies_at_each(LOADER_POINTS[: scaled(3, 99)], ingest.loader, ingest, count)


def dies_at_each(
    points: list[str], victim: Service, ingest: Ingest, count: Callable[..., None]
) -> None:
    client = RetryingClient(ingest.url, ingest.write_key, 0, pause=0.01)
    with sending([client]):
        for point in points:
            victim.end()
            victim.start(wait=False, CRASH_AT=point, **SMALL_SEGMENTS)
            assert victim.process is not None
            assert victim.process.wait(DEADLINE) == -signal.SIGKILL, point
        victim.start()
        time.sleep(0.5)
    account = settle(ingest, client.acknowledged)
    count(account, kills=len(points))
    assert account.is_exact, account
