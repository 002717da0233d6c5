from collections.abc import Callable, Iterator

import pytest

from stack.engines import ClickHouse
from stack.engines.foreground import running
from stack.ports import free_port
from tests.dbt_project.warehouse import ParsedProject, Warehouse
from warehouse.client import connect
from warehouse.migrations import migrate


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> ParsedProject:
    return ParsedProject(tmp_path_factory.mktemp("dbt_target"))


@pytest.fixture(scope="module")
def new_warehouse(
    tmp_path_factory: pytest.TempPathFactory, parsed_project: ParsedProject
) -> Iterator[Callable[[], Warehouse]]:
    directory = tmp_path_factory.mktemp("dbt_clickhouse")
    engine = ClickHouse(directory / "data", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"):
        client = connect(engine.url)

        def start() -> Warehouse:
            """An empty warehouse: what earlier tests of the module left is dropped."""
            for database in ("raw", "staging", "intermediate", "analytics"):
                client.command(f"drop database if exists {database} sync")
            migrate(client)
            return Warehouse(client, engine.url, parsed_project)

        yield start
        client.close()
