"""The control plane's tables in the warehouse, upstream of every model."""

from collections.abc import Iterator

import dagster as dg
from clickhouse_connect.driver.client import Client

from orchestration.defs.control_plane.tables import TABLES, Difference, SyncedTable, difference
from orchestration.instance import POOL
from orchestration.ownership import PLATFORM_TEAM
from orchestration.resources import ControlPlane, Warehouse
from orchestration.table_metadata import table_metadata

GROUP = "control_plane"


def _spec(table: SyncedTable) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["raw", table.name],
        description=table.description,
        group_name=GROUP,
        owners=[PLATFORM_TEAM],
        kinds={"postgres", "clickhouse"},
        metadata={"dagster/table_name": f"raw.{table.name}"},
    )


@dg.multi_asset(
    specs=[_spec(table) for table in TABLES],
    name="control_plane_sync",
    can_subset=True,
    pool=POOL,
    retry_policy=dg.RetryPolicy(max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL),
)
def control_plane_sync(
    context: dg.AssetExecutionContext, warehouse: Warehouse, control_plane: ControlPlane
) -> Iterator[dg.MaterializeResult[None]]:
    """Copy what changed in PostgreSQL; an unchanged table is not written."""
    with (
        warehouse.client(context.run.run_id, "control_plane_sync") as client,
        control_plane.database() as database,
    ):
        for table in TABLES:
            key = dg.AssetKey(["raw", table.name])
            if key not in context.selected_asset_keys:
                continue
            wanted = database.run(table.rows)
            changes = difference(table, stored_rows(client, table), wanted)
            apply(client, table, changes)
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    **table_metadata(client, f"raw.{table.name}"),
                    "dagster/row_count": len(wanted),
                    "changed": len(changes.changed),
                    "removed": len(changes.removed),
                },
            )


def stored_rows(client: Client, table: SyncedTable) -> list[tuple[object, ...]]:
    columns = ", ".join(table.columns)
    result = client.query(f"SELECT {columns} FROM raw.{table.name} FINAL")  # noqa: S608 - our names
    return [tuple(row) for row in result.result_rows]


def apply(client: Client, table: SyncedTable, changes: Difference) -> None:
    """Insert before deleting: a run that dies between the two leaves too much, never too little."""
    if changes.changed:
        client.insert(f"raw.{table.name}", changes.changed, column_names=list(table.columns))
    if changes.removed:
        key = ", ".join(table.columns[: table.key_length])
        client.command(
            f"DELETE FROM raw.{table.name} WHERE ({key}) IN {{removed:{_key_type(table)}}}",  # noqa: S608
            parameters={"removed": [k if table.key_length > 1 else k[0] for k in changes.removed]},
            settings={"lightweight_deletes_sync": 2},
        )


def _key_type(table: SyncedTable) -> str:
    if table.key_length == 1:
        return "Array(String)"
    return f"Array(Tuple({', '.join(['String'] * table.key_length)}))"


assets = (control_plane_sync,)
