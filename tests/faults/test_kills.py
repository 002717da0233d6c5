"""Clients that retry, services that die: what was acknowledged is stored, once.

FAULT_SECONDS sets how long the services are killed (default 20 s, for every run of the tests).
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.engines import ClickHouse
from stack.ports import free_port
from tests.faults.retrying import RetryingClient, sending, wait_until_stored
from tests.ingest.services import Ingest, Service, make_ingest, running
from warehouse.client import connect
from warehouse.migrations import migrate

SECONDS = float(os.environ.get("FAULT_SECONDS", "20"))
CLIENTS = 4


@pytest.fixture
def clickhouse_service(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """A gateway of one's own, to be killed."""
    engine = ClickHouse(tmp_path / "clickhouse", free_port(), "admin-secret", "reader-secret")
    service = engine.service()
    service.prepare()
    gateway = Service(
        command=service.command,
        environment=dict(service.environment),
        probe=f"http://127.0.0.1:{engine.port}/ping",
        journal=tmp_path / "clickhouse.log",
    )
    gateway.start()
    client = connect(engine.url)
    migrate(client)
    client.close()
    yield gateway, engine.url
    gateway.kill()


@pytest.fixture
def ingest(
    tmp_path: Path, clickhouse_service: tuple[Service, str], database_url: str, redis_url: str
) -> Iterator[Ingest]:
    _, clickhouse_url = clickhouse_service
    with running(make_ingest(tmp_path, clickhouse_url, database_url, redis_url)) as ingest:
        yield ingest


@pytest.mark.timeout(900)
def test_random_kills_lose_and_double_nothing(
    ingest: Ingest, clickhouse_service: tuple[Service, str]
) -> None:
    chance = random.Random(1)
    gateway, _ = clickhouse_service
    clients = [
        RetryingClient(ingest.url, ingest.write_key, random.Random(seed)) for seed in range(CLIENTS)
    ]
    with sending(clients):
        kills = kill_at_random([ingest.api, ingest.loader, gateway], chance)
    for service in (ingest.api, ingest.loader, gateway):
        service.wait_until_up()

    acknowledged = {event_id for client in clients for event_id in client.acknowledged}
    stored = wait_until_stored(ingest, acknowledged)
    assert kills >= 3
    assert acknowledged
    assert acknowledged - set(stored) == set(), "acknowledged events are missing"
    assert len(stored) == len(set(stored)), "events are stored twice"


def kill_at_random(services: list[Service], chance: random.Random) -> int:
    kills = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(chance.uniform(1, 3))
        victim = chance.choice(services)
        victim.kill()
        time.sleep(chance.uniform(0, 0.5))
        victim.start(wait=False)
        kills += 1
    return kills
