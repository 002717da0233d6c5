"""One gateway for the tests that leave nothing behind but tables of their own."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    process = GatewayProcess(tmp_path_factory.mktemp("gateway") / "data").start()
    process.text("CREATE DATABASE analytics")
    process.text("CREATE DATABASE raw")
    yield process
    process.stop()


@pytest.fixture
def new_gateway(tmp_path: Path) -> Iterator[Callable[..., GatewayProcess]]:
    """Start gateways of one's own, for tests that stop, fill or configure them."""
    with ExitStack() as stack:

        def start(*options: str, **settings: Any) -> GatewayProcess:
            process = GatewayProcess(tmp_path / uuid.uuid4().hex, *options, **settings)
            stack.callback(process.kill)
            return process.start()

        yield start


@pytest.fixture
def table(gateway: GatewayProcess) -> Iterator[str]:
    """The name of an empty table `(n Int32, s String)`."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    gateway.text(f"CREATE TABLE {name} (n Int32, s String) ENGINE = MergeTree ORDER BY n")
    yield name
    gateway.text(f"DROP TABLE {name}")
