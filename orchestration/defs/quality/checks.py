"""Data checks as Dagster shows them: one step before the models, one after them."""

from collections.abc import Iterator, Sequence

import dagster as dg
from clickhouse_connect.driver.client import Client

from orchestration.defs.ingest.assets import RAW_EVENTS
from orchestration.defs.quality import mart_suites, raw_suites
from orchestration.defs.quality.reconciliations import (
    RECONCILIATIONS,
    Reconciliation,
    reconcile,
)
from orchestration.defs.quality.results import CheckOutcome, record
from orchestration.defs.quality.suites import Suite
from orchestration.instance import POOL
from orchestration.resources import Warehouse

RAW_RECONCILIATIONS = tuple(item for item in RECONCILIATIONS if item.asset == RAW_EVENTS)
MART_RECONCILIATIONS = tuple(item for item in RECONCILIATIONS if item.asset != RAW_EVENTS)


def check_specs(
    suites: Sequence[Suite], reconciliations: Sequence[Reconciliation]
) -> list[dg.AssetCheckSpec]:
    expectations = [
        dg.AssetCheckSpec(
            expectation.name,
            asset=suite.asset,
            description=expectation.description,
            blocking=expectation.blocking,
        )
        for suite in suites
        for expectation in suite.expectations
    ]
    return expectations + [
        dg.AssetCheckSpec(item.name, asset=item.asset, description=item.description, blocking=True)
        for item in reconciliations
    ]


def run_checks(
    context: dg.AssetCheckExecutionContext,
    warehouse: Warehouse,
    suites: Sequence[Suite],
    reconciliations: Sequence[Reconciliation],
) -> Iterator[dg.AssetCheckResult]:
    """Run what is selected, keep the outcomes in the warehouse, then tell Dagster."""
    run_id, step = context.run.run_id, context.op_execution_context.op.name
    with warehouse.client(run_id, step) as client:
        outcomes = [
            reconcile(client, item)
            for item in reconciliations
            if item.name in selected_names(context, item.asset)
        ]
        outcomes += validate(context, warehouse.url, client, suites)
        record(client, run_id, outcomes)
    yield from (outcome.as_check_result() for outcome in outcomes)


def validate(
    context: dg.AssetCheckExecutionContext, url: str, client: Client, suites: Sequence[Suite]
) -> list[CheckOutcome]:
    from orchestration.defs.quality.expectations import Validator

    validator = Validator(url, client)
    return [
        outcome
        for suite in suites
        for outcome in validator.validate(suite, selected_names(context, suite.asset))
    ]


def selected_names(context: dg.AssetCheckExecutionContext, asset: dg.AssetKey) -> frozenset[str]:
    return frozenset(
        key.name for key in context.selected_asset_check_keys if key.asset_key == asset
    )


@dg.multi_asset_check(
    specs=check_specs(raw_suites.SUITES, RAW_RECONCILIATIONS),
    name="raw_checks",
    can_subset=True,
    pool=POOL,
    retry_policy=dg.RetryPolicy(max_retries=1, delay=5),
)
def raw_checks(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Is what ingest has loaded fit to be modelled?"""
    yield from run_checks(context, warehouse, raw_suites.SUITES, RAW_RECONCILIATIONS)


@dg.multi_asset_check(
    specs=check_specs(mart_suites.SUITES, MART_RECONCILIATIONS),
    name="mart_checks",
    can_subset=True,
    pool=POOL,
    retry_policy=dg.RetryPolicy(max_retries=1, delay=5),
)
def mart_checks(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Do the marts hold together, and do they agree with the raw events?"""
    yield from run_checks(context, warehouse, mart_suites.SUITES, MART_RECONCILIATIONS)


checks = (raw_checks, mart_checks)
