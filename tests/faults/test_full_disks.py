"""A disk fills up: of the log, of the database, of both. Nothing that was answered 200 is lost."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Gateway, running_gateway
from tests.faults.retrying import RetryingClient, sending, settle, unloaded_bytes
from tests.faults.scale import only_in_full
from tests.faults.small_disk import MIB, SmallDisk, small_disk
from tests.ingest.services import Ingest, event, make_ingest, running
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def log_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "node", 64) as disk:
        yield disk


@pytest.fixture
def database_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "database", 512) as disk:
        yield disk


@pytest.fixture
def small_gateway(database_disk: SmallDisk) -> Iterator[Gateway]:
    with running_gateway(database_disk.path) as gateway:
        yield gateway


@pytest.mark.parametrize(
    ("reserve", "slug"),
    [(16 * MIB, "overloaded"), pytest.param(0, "log-unavailable", marks=only_in_full)],
)
def test_a_full_disk_of_the_log_refuses_until_there_is_room(
    log_disk: SmallDisk,
    reserve: int,
    slug: str,
    warehouse_url: str,
    database_url: str,
    redis_url: str,
    count: Callable[..., None],
) -> None:
    """With the reserve, others on the disk go on; without one, every write fails with ENOSPC."""
    ingest = make_ingest(log_disk.path, warehouse_url, database_url, redis_url)
    for service in (ingest.api, ingest.loader):
        service.environment = {**service.environment, "DISK_RESERVE_BYTES": str(reserve)}
    with running(ingest):
        client = RetryingClient(ingest.url, ingest.write_key, 0, pause=0.005)
        with sending([client]):
            eventually(lambda: len(client.acknowledged) > 400)
            log_disk.fill(leave=reserve // 2)
            eventually(lambda: client.refused > 0)
            time.sleep(3)
            refused_with(ingest, slug)
            sent = len(client.acknowledged)
            assert both_run(ingest)
            log_disk.relieve()
            eventually(lambda: len(client.acknowledged) > sent + 200)
        account = settle(ingest, client.acknowledged)
        assert both_run(ingest)
    count(account)
    assert account.is_exact, account
    assert account.stored == account.acked
    assert client.statuses == {200, 503}


@only_in_full
def test_a_full_disk_of_the_database_is_waited_for_with_200(
    database_disk: SmallDisk,
    small_gateway: Gateway,
    tmp_path: Path,
    database_url: str,
    redis_url: str,
    count: Callable[..., None],
) -> None:
    directory = tmp_path / "node"
    directory.mkdir()
    with running(make_ingest(directory, small_gateway.url, database_url, redis_url)) as ingest:
        client = RetryingClient(ingest.url, ingest.write_key, 0, batch=200, pause=0.01)
        with sending([client]):
            eventually(lambda: len(client.acknowledged) > 4_000)
            database_disk.fill()
            eventually(lambda: ingest.http.get(ingest.loader.probe).status_code == 503, 60)
            waiting = unloaded_bytes(ingest)
            time.sleep(5)
            assert unloaded_bytes(ingest) > waiting
            assert ingest.http.get(ingest.api.probe).status_code == 200
            database_disk.relieve()
            eventually(lambda: ingest.http.get(ingest.loader.probe).status_code == 200, 60)
        account = settle(ingest, client.acknowledged)
        assert both_run(ingest)
        assert ingest.stored("code", "raw.events_rejected") == []
    count(account)
    assert account.is_exact, account
    assert account.stored == account.acked
    assert client.statuses == {200}


@only_in_full
def test_one_full_disk_of_both_recovers_by_itself(
    database_disk: SmallDisk,
    small_gateway: Gateway,
    database_url: str,
    redis_url: str,
    count: Callable[..., None],
) -> None:
    node = database_disk.path / "node"
    node.mkdir()
    ingest = make_ingest(node, small_gateway.url, database_url, redis_url)
    for service in (ingest.api, ingest.loader):
        service.environment = {**service.environment, "DISK_RESERVE_BYTES": "0"}
    with running(ingest):
        client = RetryingClient(ingest.url, ingest.write_key, 0, batch=200, pause=0.01)
        with sending([client]):
            eventually(lambda: len(client.acknowledged) > 4_000)
            database_disk.fill()
            eventually(lambda: client.refused > 0, 60)
            time.sleep(5)
            refused_with(ingest, "log-unavailable")
            assert both_run(ingest)
            assert small_gateway.process is not None
            assert small_gateway.process.poll() is None
            sent = len(client.acknowledged)
            database_disk.relieve()
            eventually(lambda: len(client.acknowledged) > sent + 2_000, 60)
        account = settle(ingest, client.acknowledged)
        assert both_run(ingest)
    count(account)
    assert account.is_exact, account
    assert account.stored == account.acked


def refused_with(ingest: Ingest, slug: str) -> None:
    answer = ingest.send(event())
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == slug
    assert int(answer.headers["retry-after"]) >= 1


def both_run(ingest: Ingest) -> bool:
    processes = [service.process for service in (ingest.api, ingest.loader)]
    return all(process is not None and process.poll() is None for process in processes)
