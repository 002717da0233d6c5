"""A warehouse and a control plane that only orchestration's tests use."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from clickhouse_connect.driver.client import Client

from stack.engines import ClickHouse, Postgres
from stack.engines.foreground import running
from stack.ports import free_port
from warehouse.client import connect
from warehouse.migrations import migrate


@dataclass(frozen=True)
class Platform:
    """Engines with their schemas in place, and a directory for what runs leave behind."""

    clickhouse_url: str
    database_url: str
    data_directory: Path
    client: Client


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Platform]:
    """Builds rewrite every mart, so they get a ClickHouse of their own."""
    from control_plane.migrations import upgrade

    directory = tmp_path_factory.mktemp("platform")
    database = f"orchestration_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url(driver="postgresql"), autocommit=True) as connection:
        connection.execute(f"create database {database}")
    upgrade(postgres.url(database))
    engine = ClickHouse(directory / "clickhouse", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"), pytest.MonkeyPatch.context() as m:
        client = connect(engine.url)
        migrate(client)
        m.setenv("CLICKHOUSE_URL", engine.url)
        m.setenv("DATABASE_URL", postgres.url(database))
        m.setenv("DATA_DIR", str(directory / "data"))
        yield Platform(engine.url, postgres.url(database), directory / "data", client)
        client.close()
