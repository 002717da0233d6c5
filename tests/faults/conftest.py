"""Services to be disturbed, and the note of what each case has counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from stack.engines import ClickHouse
from stack.ports import free_port
from tests.faults.retrying import Account
from tests.faults.scale import IS_FULL
from tests.ingest.conftest import own_ingest as ingest
from tests.ingest.services import Ingest, Service, make_ingest, running
from warehouse.client import connect
from warehouse.migrations import migrate

__all__ = ["ingest"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if IS_FULL:
        return
    long = [item for item in items if item.get_closest_marker("only_in_full")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """`count(kills=3)`: what the summary of `make faults` adds up over the cases."""

    def count(account: Account | None = None, **numbers: int) -> None:
        if account is not None:
            names = ("acked", "missing", "duplicates")
            numbers |= {name: getattr(account, name) for name in names}
        for name, number in numbers.items():
            record_property(name, number)

    return count


@dataclass
class Gateway(Service):
    """A ClickHouse of one's own, to be killed."""

    url: str = ""

    @classmethod
    def at(cls, directory: Path) -> "Gateway":
        engine = ClickHouse(directory / "clickhouse", free_port(), "admin-secret", "reader-secret")
        service = engine.service()
        service.prepare()
        return cls(
            command=service.command,
            environment=dict(service.environment),
            probe=f"http://127.0.0.1:{engine.port}/ping",
            journal=directory / "clickhouse.log",
            url=engine.url,
        )


@contextmanager
def running_gateway(directory: Path) -> Iterator[Gateway]:
    gateway = Gateway.at(directory)
    try:
        gateway.start()
        client = connect(gateway.url)
        migrate(client)
        client.close()
        yield gateway
    finally:
        gateway.kill()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with running_gateway(tmp_path) as gateway:
        yield gateway


@pytest.fixture
def stopped(
    tmp_path: Path, warehouse_url: str, database_url: str, redis_url: str
) -> Iterator[Ingest]:
    """Like `ingest`, but started by the test as it needs them, in other circumstances."""
    ingest = make_ingest(tmp_path, warehouse_url, database_url, redis_url)
    yield ingest
    for service in (ingest.api, ingest.loader):
        service.kill()
    ingest.http.close()
    ingest.warehouse.close()


@pytest.fixture
def ingest_over_gateway(
    tmp_path: Path, gateway: Gateway, database_url: str, redis_url: str
) -> Iterator[Ingest]:
    with running(make_ingest(tmp_path, gateway.url, database_url, redis_url)) as ingest:
        yield ingest
