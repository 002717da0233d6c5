"""Outcomes of checks: one row each in `ops.quality_results`, and one asset check in Dagster."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import dagster as dg
from clickhouse_connect.driver.client import Client

Source = Literal["great_expectations", "reconciliation", "dbt"]
COLUMNS = (
    "asset",
    "check_name",
    "checked_at",
    "run_id",
    "source",
    "severity",
    "passed",
    "unexpected_count",
    "observed",
)


@dataclass(frozen=True)
class CheckOutcome:
    asset: dg.AssetKey
    check_name: str
    source: Source
    passed: bool
    blocking: bool
    unexpected_count: int = 0
    observed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> dg.AssetCheckSeverity:
        return dg.AssetCheckSeverity.ERROR if self.blocking else dg.AssetCheckSeverity.WARN

    def as_check_result(self) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(
            asset_key=self.asset,
            check_name=self.check_name,
            passed=self.passed,
            severity=self.severity,
            metadata={
                "unexpected_count": self.unexpected_count,
                "observed": dg.MetadataValue.json(dict(self.observed)),
            },
        )


def record(client: Client, run_id: str, outcomes: Sequence[CheckOutcome]) -> None:
    """Append the outcomes to the quality results."""
    if outcomes:
        now = datetime.now(UTC)
        rows = [_row(run_id, now, outcome) for outcome in outcomes]
        client.insert("ops.quality_results", rows, column_names=list(COLUMNS))


def _row(run_id: str, checked_at: datetime, outcome: CheckOutcome) -> tuple[Any, ...]:
    return (
        ".".join(outcome.asset.path),
        outcome.check_name,
        checked_at,
        run_id,
        outcome.source,
        outcome.severity.value.lower(),
        outcome.passed,
        outcome.unexpected_count,
        json.dumps(outcome.observed, default=str),
    )
