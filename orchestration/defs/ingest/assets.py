"""`raw.events`: fed by the ingest loader, observed by Dagster."""

import warnings
from collections.abc import Iterator, Mapping

import dagster as dg
from clickhouse_connect.driver.client import Client

from orchestration.defs.ingest.loads import NewLoads, last_block, new_loads
from orchestration.ownership import PLATFORM_TEAM
from orchestration.resources import Warehouse

GROUP = "ingest"
RAW_EVENTS = dg.AssetKey(["raw", "events"])

# Dagster calls the decorator beta; of the alternatives, a source asset cannot name an owner.
warnings.filterwarnings("ignore", message=".*multi_observable_source_asset")


@dg.multi_observable_source_asset(  # type: ignore[untyped-decorator]
    specs=[
        dg.AssetSpec(
            RAW_EVENTS,
            description=(
                "Every accepted event, exactly once, in order of arrival. The ingest loader appends"
                " to it; models take the blocks above their watermark. One row per event."
            ),
            group_name=GROUP,
            owners=[PLATFORM_TEAM],
            kinds={"clickhouse"},
            metadata={"dagster/table_name": "raw.events"},
        )
    ],
    name="observe_raw_events",
)
def raw_events(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.ObserveResult]:
    with warehouse.client(context.run.run_id, "observe_raw_events") as client:
        loads = new_loads(client, cursor=0)
        yield dg.ObserveResult(
            asset_key=RAW_EVENTS,
            data_version=dg.DataVersion(str(loads.load_id)),
            metadata=metadata(client, loads),
        )


def metadata(client: Client, loads: NewLoads) -> Mapping[str, dg.MetadataValue]:
    """Rows and lag, for the asset's page. `loads` are all loads, or those since a cursor."""
    rows = client.query("SELECT count() FROM raw.events").result_rows[0][0]
    values: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(int(rows)),
        "new_rows": dg.MetadataValue.int(loads.row_count),
        "load_id": dg.MetadataValue.int(loads.load_id),
        "project_ids": dg.MetadataValue.json(list(loads.project_ids)),
    }
    if loads.row_count:
        values["last_received_at"] = dg.MetadataValue.text(loads.last_received_at.isoformat())
    block = last_block(client)
    if block is not None:
        values["lag_seconds"] = dg.MetadataValue.float(block.lag_seconds)
    return values


rejected_events = dg.AssetSpec(
    ["raw", "events_rejected"],
    description="Events that were refused, with the reason and their bytes. One row per event.",
    group_name=GROUP,
    owners=[PLATFORM_TEAM],
    kinds={"clickhouse"},
    metadata={"dagster/table_name": "raw.events_rejected"},
)

assets = (raw_events, rejected_events)
