"""Every dbt model, built by one dbt invocation a run."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.defs.warehouse.arguments import build_arguments
from orchestration.defs.warehouse.dbt import WarehouseDbt, dbt_project, forget_invocation
from orchestration.defs.warehouse.translator import WarehouseTranslator
from orchestration.instance import POOL
from orchestration.settings import settings

project = dbt_project(settings())


class BuildConfig(dg.Config):
    full_refresh: bool = False
    """Rebuild incremental models from raw data instead of adding what is new."""


# One group of assets, not one a layer: each dbt invocation costs some 5 CPU-s before its first
# query, and the models' common watermark is committed at the end of one invocation.
@dbt_assets(
    manifest=project.manifest_path,
    project=project,
    dagster_dbt_translator=WarehouseTranslator(),
    name="dbt_models",
    pool=POOL,
    retry_policy=dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL),
)
def dbt_models(
    context: dg.AssetExecutionContext, dbt: WarehouseDbt, config: BuildConfig
) -> Iterator[Any]:
    target_path = settings().dbt_runs_dir / f"{context.run_id}-{context.retry_number}"
    invocation = dbt.cli(
        build_arguments(full_refresh=config.full_refresh), context=context, target_path=target_path
    )
    yield from invocation.stream()
    forget_invocation(target_path)


assets = (dbt_models,)
