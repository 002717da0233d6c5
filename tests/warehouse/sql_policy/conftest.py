"""ClickHouse's own parser, as a function."""

import json
from collections.abc import Callable, Iterator

import pytest
from clickhouse_connect.driver.client import Client

from warehouse.client import connect
from warehouse.sql_policy import Policy, TableName, check, parse_statement
from warehouse.sql_policy.grammar import Node

Parse = Callable[[str], Node]
Tables = Callable[..., list[str]]

DOCUMENTED = {"events", "sessions"}


@pytest.fixture(scope="session")
def client(clickhouse_url: str) -> Iterator[Client]:
    client = connect(clickhouse_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def parse(client: Client) -> Parse:
    def parsed(sql: str) -> Node:
        tree: Node = json.loads(str(client.command(parse_statement(sql))))
        return tree

    return parsed


def is_documented(name: TableName) -> bool:
    return name.table in DOCUMENTED and name.database in (None, "analytics")


@pytest.fixture
def policy() -> Policy:
    return Policy(tables=is_documented, reserved=DOCUMENTED.__contains__)


@pytest.fixture
def tables(parse: Parse, policy: Policy) -> Tables:
    """The names that a statement reads, as `check` reports them."""

    def names(sql: str, allowed: Policy = policy) -> list[str]:
        return [str(reference.name) for reference in check(parse(sql), allowed)]

    return names
