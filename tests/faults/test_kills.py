"""Clients that retry, services that die: what was acknowledged is stored, once."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from stack.ports import free_port
from tests.faults.conftest import Gateway
from tests.faults.retrying import RetryingClient, sending, settle
from tests.faults.scale import only_in_full, scaled
from tests.ingest.services import Ingest, Service

CLIENTS = 4
BATCH = 400


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("workers", "least_kills", "least_events"),
    [
        pytest.param(1, 10, 500_000, marks=only_in_full),
        (2, scaled(3, 30), scaled(20_000, 2_000_000)),
    ],
)
def test_random_kills_lose_and_double_nothing(
    ingest_over_gateway: Ingest,
    gateway: Gateway,
    workers: int,
    least_kills: int,
    least_events: int,
    count: Callable[..., None],
) -> None:
    ingest = ingest_over_gateway
    clients = [
        RetryingClient(ingest.url, ingest.write_key, number, BATCH) for number in range(CLIENTS)
    ]
    with api_workers(ingest, workers) as apis:
        services = [*apis, ingest.loader, gateway]
        with sending(clients):
            kills = 0
            chance = random.Random(workers)
            while kills < least_kills or sum(acknowledged(clients)) < least_events:
                kill_one(services, chance)
                kills += 1
        for service in services:
            service.wait_until_up()
        account = settle(ingest, [each for client in clients for each in client.acknowledged])
    count(account, kills=kills)
    assert sum(client.broken for client in clients) > 0, "no client saw a broken connection"
    assert account.is_exact, account
    assert account.acked >= least_events


def acknowledged(clients: list[RetryingClient]) -> list[int]:
    return [len(client.acknowledged) for client in clients]


def kill_one(services: list[Service], chance: random.Random) -> None:
    time.sleep(chance.uniform(1, scaled(2, 3)))
    victim = chance.choice(services)
    victim.kill()
    time.sleep(chance.uniform(0, 0.5))
    victim.start(wait=False)


@contextmanager
def api_workers(ingest: Ingest, workers: int) -> Iterator[list[Service]]:
    """The API alone, or workers that share its port, each with a port of its own for probes."""
    if workers == 1:
        yield [ingest.api]
        return
    ingest.api.end()
    apis = [api_worker(ingest.api) for _ in range(workers)]
    try:
        for api in apis:
            api.start(wait=False)
        for api in apis:
            api.wait_until_up()
        yield apis
    finally:
        for api in apis:
            api.kill()


def api_worker(api: Service) -> Service:
    port = str(free_port())
    return replace(
        api,
        environment={**api.environment, "INGEST_WORKER_PORT": port},
        probe=f"http://127.0.0.1:{port}/ready",
        process=None,
    )
