"""Every dbt model, built by one dbt invocation a run."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import dagster as dg
from dagster_dbt import dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from pydantic import model_validator

from orchestration.dbt_process import LOG_COMMENT
from orchestration.defs.quality.results import DBT_TESTS, CheckOutcome, record
from orchestration.defs.warehouse.arguments import build_arguments
from orchestration.defs.warehouse.data_tests import describe
from orchestration.defs.warehouse.dbt import (
    WarehouseDbt,
    dbt_project,
    forget_invocation,
    is_transient,
    prepare_invocation,
)
from orchestration.defs.warehouse.model_lineage import ModelLineage
from orchestration.defs.warehouse.rebuild import is_refresh_due, parse_days, request_rebuild
from orchestration.defs.warehouse.translator import WarehouseTranslator
from orchestration.instance import POOL
from orchestration.resources import Warehouse, log_comment
from orchestration.settings import settings

project = dbt_project(settings())


class BuildConfig(dg.Config):
    full_refresh: bool = False
    """Rebuild incremental models from raw data instead of adding what is new."""
    from_day: str = ""
    """YYYY-MM-DD: build this day and what follows anew, up to `to_day` if it is given."""
    to_day: str = ""

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        parse_days(self.from_day, self.to_day)
        return self


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
    context: dg.AssetExecutionContext,
    dbt: WarehouseDbt,
    warehouse: Warehouse,
    config: BuildConfig,
) -> Iterator[Any]:
    run_id = context.run.run_id
    target_path = settings().dbt_runs_dir / f"{run_id}-{context.retry_number}"
    prepare_invocation(target_path, project)
    full_refresh = config.full_refresh or prepare_rebuild(context, warehouse, config)
    arguments = build_arguments(full_refresh=full_refresh)
    os.environ[LOG_COMMENT] = log_comment(run_id, "dbt_models")
    manifest = json.loads(project.manifest_path.read_text())
    tests: list[CheckOutcome] = []
    try:
        events = dbt.cli(arguments, context=context, target_path=target_path).stream()
        for event in with_lineage(events, manifest, warehouse, run_id, target_path):
            if isinstance(event, dg.AssetCheckResult):
                tests.append(outcome_of_test(event, manifest))
            yield event
    except DagsterDbtCliRuntimeError as error:
        # A wrong model or a failed test fails again; a lost connection need not.
        raise dg.Failure(str(error), allow_retries=is_transient(str(error))) from error
    finally:
        record_tests(warehouse, run_id, tests)
    forget_invocation(target_path)


def prepare_rebuild(
    context: dg.AssetExecutionContext, warehouse: Warehouse, config: BuildConfig
) -> bool:
    """Note which days are to be built anew; returns whether everything is.

    A refresh of some models would not bring the others along, so those wait for a whole build.
    """
    days = parse_days(config.from_day, config.to_day)
    with warehouse.client(context.run.run_id, "dbt_models") as client:
        if context.selected_asset_keys == dbt_models.keys and is_refresh_due(client):
            context.log.info("raw events have expired: everything is built anew")
            return True
        if days:
            load = request_rebuild(client, days)
            context.log.info("loads from %s on are built anew", load or "the last committed one")
    return False


def with_lineage(
    events: Iterable[Any],
    manifest: Mapping[str, Any],
    warehouse: Warehouse,
    run_id: str,
    target_path: Path,
) -> Iterator[Any]:
    """The events of dbt; those of models tell which columns theirs are made of."""
    with warehouse.client(run_id, "dbt_models") as client:
        lineage = ModelLineage(manifest, target_path, settings().column_lineage_cache, client)
        for event in events:
            if isinstance(event, dg.Output):
                found = lineage.metadata(str(event.metadata["unique_id"].value))
                yield event.with_metadata({**event.metadata, **found})
            else:
                yield event
        lineage.save()


def record_tests(warehouse: Warehouse, run_id: str, tests: list[CheckOutcome]) -> None:
    if tests:
        with warehouse.client(run_id, "dbt_models") as client:
            record(client, run_id, tests)


def outcome_of_test(result: dg.AssetCheckResult, manifest: Mapping[str, Any]) -> CheckOutcome:
    """The outcome of a dbt data test, from what dagster-dbt reports of it."""
    failed_rows = result.metadata.get("dagster_dbt/failed_row_count")
    count = failed_rows.value if failed_rows else 0
    test = manifest["nodes"][str(result.metadata["unique_id"].value)]
    return CheckOutcome(
        asset=result.asset_key or dg.AssetKey([]),
        suite=DBT_TESTS,
        check_name=result.check_name or "",
        source="dbt",
        passed=result.passed,
        blocking=result.severity == dg.AssetCheckSeverity.ERROR,
        description=describe(test),
        unexpected_count=count if isinstance(count, int) else 0,
    )


assets = (dbt_models,)
