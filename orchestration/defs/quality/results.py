"""Outcomes of checks: rows of `ops.quality_results`, and one asset check each in Dagster."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import dagster as dg
from clickhouse_connect.driver.client import Client

Source = Literal["great_expectations", "reconciliation", "dbt"]
COLUMNS = (
    "project_id",
    "asset",
    "suite",
    "check_name",
    "description",
    "checked_at",
    "run_id",
    "source",
    "severity",
    "passed",
    "is_by_project",
    "unexpected_count",
    "observed",
)
DBT_TESTS = "dbt_tests"
RECONCILIATIONS = "reconciliations"


@dataclass(frozen=True)
class CheckOutcome:
    asset: dg.AssetKey
    suite: str
    check_name: str
    source: Source
    passed: bool
    blocking: bool
    description: str = ""
    """What is checked, in words."""
    unexpected_count: int = 0
    observed: Mapping[str, Any] = field(default_factory=dict)
    unexpected_by_project: Mapping[str, int] | None = None
    """Counts of the projects that fail; None where the check does not tell projects apart."""

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
    """Append the outcomes to the quality results, with one time for all."""
    if outcomes:
        now = datetime.now(UTC)
        rows = [row for outcome in outcomes for row in _rows(run_id, now, outcome)]
        client.insert("ops.quality_results", rows, column_names=list(COLUMNS))


def _rows(run_id: str, checked_at: datetime, outcome: CheckOutcome) -> Iterator[tuple[Any, ...]]:
    """The outcome over all projects, then those of the projects that fail."""
    counts = {"": outcome.unexpected_count}
    counts |= {
        project_id: count
        for project_id, count in (outcome.unexpected_by_project or {}).items()
        if project_id
    }
    for project_id, count in counts.items():
        yield (project_id, *_row(run_id, checked_at, replace(outcome, unexpected_count=count)))


def _row(run_id: str, checked_at: datetime, outcome: CheckOutcome) -> tuple[Any, ...]:
    return (
        ".".join(outcome.asset.path),
        outcome.suite,
        outcome.check_name,
        outcome.description,
        checked_at,
        run_id,
        outcome.source,
        outcome.severity.value.lower(),
        outcome.passed,
        outcome.unexpected_by_project is not None,
        outcome.unexpected_count,
        json.dumps(outcome.observed, default=str),
    )
