"""Which partitions are worth compacting, and what compacting does."""

from collections.abc import Iterator
from uuid import uuid4

import dagster as dg
import pytest
from clickhouse_connect.driver.client import Client

from orchestration.defs.upkeep.compaction import (
    CompactionConfig,
    Partition,
    advice,
    compact,
    scattered,
)
from orchestration.resources import Warehouse
from warehouse.client import connect


@pytest.fixture
def client(warehouse_url: str) -> Iterator[Client]:
    client = connect(warehouse_url)
    yield client
    client.close()


@pytest.fixture
def table(client: Client) -> Iterator[str]:
    """Six parts of ten rows, which only OPTIMIZE merges."""
    name = f"ops.scattered_{uuid4().hex}"
    client.command(
        f"CREATE TABLE {name} (id UInt64) ENGINE = MergeTree ORDER BY id PARTITION BY id % 1 "
        "SETTINGS max_parts_to_merge_at_once = 1, min_bytes_for_wide_part = 0"
    )
    client.command(f"SYSTEM STOP MERGES {name}")
    for _ in range(6):
        client.command(f"INSERT INTO {name} SELECT number FROM numbers(10)")
    yield name
    client.command(f"DROP TABLE {name}")


def found(client: Client, table: str, **limits: int) -> list[Partition]:
    return [partition for partition in scattered(client, **limits) if partition.table == table]


def test_many_parts_are_advised_to_be_merged(client: Client, table: str) -> None:
    (partition,) = found(client, table, many_parts=6)
    assert (partition.part_count, partition.masked_count, partition.row_count) == (6, 0, 60)
    assert partition.statement() in advice([partition])
    assert found(client, table, many_parts=7) == []


def test_deleted_rows_are_advised_to_be_removed(client: Client, table: str) -> None:
    client.command(f"SYSTEM START MERGES {table}")
    client.command(f"DELETE FROM {table} WHERE id = 3", settings={"lightweight_deletes_sync": 2})
    (partition,) = found(client, table, many_masked_parts=1)
    client.command(partition.statement())
    assert found(client, table, many_masked_parts=1) == []
    assert client.query(f"SELECT count() FROM {table}").result_rows == [(54,)]


def test_nothing_to_do_is_said() -> None:
    assert advice([]) == "Nothing to compact."


@pytest.mark.parametrize("apply", [False, True])
def test_the_job_compacts_only_when_it_is_told_to(
    warehouse_url: str, client: Client, table: str, apply: bool
) -> None:
    client.command(f"SYSTEM START MERGES {table}")
    with dg.build_op_context(resources={"warehouse": Warehouse(url=warehouse_url)}) as context:
        compact(context, config=CompactionConfig(apply=apply, many_parts=6))
    assert len(found(client, table, many_parts=2)) == (0 if apply else 1)
