"""The table that every check writes its outcome to."""

import dagster as dg

from orchestration.ownership import PLATFORM_TEAM

quality_results = dg.AssetSpec(
    ["ops", "quality_results"],
    description="Outcomes of all checks, written by the steps that check. One row per check and run"
    " over all projects, and one for each project that fails.",
    group_name="quality",
    owners=[PLATFORM_TEAM],
    kinds={"clickhouse"},
    metadata={"dagster/table_name": "ops.quality_results"},
)

assets = (quality_results,)
