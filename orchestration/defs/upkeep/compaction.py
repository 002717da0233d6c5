"""Partitions that ClickHouse's own merges have left in many parts, or full of deleted rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from clickhouse_connect.driver.client import Client

from orchestration.instance import POOL
from orchestration.resources import Warehouse

# Merges keep a partition at some 10 parts; a query opens each one.
MANY_PARTS = 30
# Of parts with deleted rows: a mart that is rewritten a little has one or two.
MANY_MASKED_PARTS = 5

PARTS_SQL = """
SELECT
    concat(database, '.', table) AS name,
    partition_id,
    count() AS part_count,
    countIf(has_lightweight_delete) AS masked_count,
    sum(rows) AS row_count,
    sum(bytes_on_disk) AS byte_count
FROM system.parts
WHERE active AND database IN ('raw', 'intermediate', 'analytics', 'ops')
GROUP BY name, partition_id
HAVING part_count >= {many_parts:UInt64} OR masked_count >= {many_masked_parts:UInt64}
ORDER BY part_count DESC, name, partition_id
"""


@dataclass(frozen=True)
class Partition:
    """`masked_count` parts hold rows that are deleted and not yet removed."""

    table: str
    partition_id: str
    part_count: int
    masked_count: int
    row_count: int
    byte_count: int

    def statement(self) -> str:
        return f"OPTIMIZE TABLE {self.table} PARTITION ID '{self.partition_id}' FINAL"


class CompactionConfig(dg.Config):
    apply: bool = False
    """Run what is advised, one partition at a time, instead of only telling."""
    many_parts: int = MANY_PARTS
    """How many parts of a partition are worth merging."""


def scattered(
    client: Client, *, many_parts: int = MANY_PARTS, many_masked_parts: int = MANY_MASKED_PARTS
) -> list[Partition]:
    """Partitions worth compacting, those of most parts first."""
    limits = {"many_parts": many_parts, "many_masked_parts": many_masked_parts}
    return [Partition(*row) for row in client.query(PARTS_SQL, parameters=limits).result_rows]


def advice(partitions: Sequence[Partition]) -> str:
    """A Markdown table for Dagster's UI."""
    if not partitions:
        return "Nothing to compact."
    rows = [
        f"| {p.table} | {p.partition_id} | {p.part_count} | {p.masked_count} | {p.row_count:,} |"
        f" {p.byte_count / 1e6:.1f} | `{p.statement()}` |"
        for p in partitions
    ]
    head = "| table | partition | parts | with deleted rows | rows | MB | statement |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


@dg.op(pool=POOL)
def compact(context: dg.OpExecutionContext, warehouse: Warehouse, config: CompactionConfig) -> None:
    """Tell which partitions are scattered; with `apply`, merge each into one part."""
    with warehouse.client(context.run_id, "compact") as client:
        partitions = scattered(client, many_parts=config.many_parts)
        context.add_output_metadata({"advice": dg.MetadataValue.md(advice(partitions))})
        for partition in partitions if config.apply else ():
            client.command(partition.statement())
            context.log.info("compacted %s of %s", partition.partition_id, partition.table)
