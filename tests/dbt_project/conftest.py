from collections.abc import Callable, Iterator

import pytest

from tests.dbt_project.warehouse import ParsedProject, Warehouse, started
from warehouse.migrations import migrate


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> ParsedProject:
    return ParsedProject(tmp_path_factory.mktemp("dbt_target"))


@pytest.fixture(scope="module")
def new_warehouse(
    tmp_path_factory: pytest.TempPathFactory, parsed_project: ParsedProject
) -> Iterator[Callable[[], Warehouse]]:
    with started(tmp_path_factory.mktemp("dbt_clickhouse"), parsed_project) as warehouse:

        def empty() -> Warehouse:
            """What earlier tests of the module left is dropped."""
            for database in ("raw", "staging", "intermediate", "analytics"):
                warehouse.client.command(f"drop database if exists {database} sync")
            migrate(warehouse.client)
            return warehouse

        yield empty
