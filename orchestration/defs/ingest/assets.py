"""Tables that ingest and the migrations fill: Dagster observes them.

The loader writes `raw.events` all the time, whether Dagster runs or not.
"""

import warnings
from collections.abc import Iterator, Mapping

import dagster as dg
from clickhouse_connect.driver.client import Client

from orchestration.defs.ingest.loads import NewLoads, last_block, new_loads
from orchestration.ownership import PLATFORM_TEAM
from orchestration.resources import Warehouse
from orchestration.table_metadata import table_metadata

RAW_EVENTS = dg.AssetKey(["raw", "events"])
REJECTED_EVENTS = dg.AssetKey(["raw", "events_rejected"])
IDENTITY_OVERRIDES = dg.AssetKey(["raw", "identity_overrides"])
TIME_ZONE_OFFSETS = dg.AssetKey(["raw", "time_zone_offsets"])

# Dagster calls the decorator beta; of the alternatives, a source asset cannot name an owner.
warnings.filterwarnings("ignore", message=".*multi_observable_source_asset")


def spec(key: dg.AssetKey, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        description=description,
        group_name="ingest",
        owners=[PLATFORM_TEAM],
        kinds={"clickhouse"},
        metadata={"dagster/table_name": ".".join(key.path)},
        skippable=True,
    )


@dg.multi_observable_source_asset(  # type: ignore[untyped-decorator]
    specs=[
        spec(
            RAW_EVENTS,
            "Every accepted event, exactly once, in order of arrival. The ingest loader appends to"
            " it; models take the blocks above their watermark. One row per event.",
        ),
        spec(
            REJECTED_EVENTS,
            "Events that were refused, with the reason and their bytes. One row per event.",
        ),
        spec(
            IDENTITY_OVERRIDES,
            "What people decide about ids, over what events say; the newest decision about an id"
            " holds. One row per id and decision.",
        ),
        spec(
            TIME_ZONE_OFFSETS,
            "UTC offsets of every IANA zone since 2000, kept by `analytics migrate`. One row per"
            " zone and change.",
        ),
    ],
    name="observe_raw",
    can_subset=True,
)
def raw_tables(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.ObserveResult]:
    """Columns and rows of each table, and for events how far and how fast they are loaded."""
    with warehouse.client(context.run.run_id, "observe_raw") as client:
        for key in sorted(context.selected_asset_keys):
            metadata = table_metadata(client, ".".join(key.path))
            if key == RAW_EVENTS:
                loads = new_loads(client, cursor=0)
                yield dg.ObserveResult(
                    asset_key=key,
                    data_version=dg.DataVersion(str(loads.load_id)),
                    metadata={**metadata, **load_metadata(client, loads)},
                )
            else:
                yield dg.ObserveResult(asset_key=key, metadata=metadata)


def load_metadata(client: Client, loads: NewLoads) -> Mapping[str, dg.MetadataValue]:
    """How far and how fast ingest loads. `loads` are all of them, or those since a cursor."""
    values: dict[str, dg.MetadataValue] = {
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


assets = (raw_tables,)
