"""The same number by two ways: rollup and raw, rows and ids. The queries are in `sql/`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from orchestration.defs.ingest.assets import RAW_EVENTS
from orchestration.defs.quality.mart_suites import mart
from orchestration.defs.quality.results import RECONCILIATIONS as SUITE
from orchestration.defs.quality.results import CheckOutcome

SQL_DIRECTORY = Path(__file__).parent / "sql"
SHOWN_DIFFERENCES = 10


@dataclass(frozen=True)
class Reconciliation:
    """A query in `sql/<name>.sql` that returns the groups whose numbers differ."""

    name: str
    asset: dg.AssetKey
    description: str

    @property
    def sql(self) -> str:
        return (SQL_DIRECTORY / f"{self.name}.sql").read_text()


RECONCILIATIONS = (
    Reconciliation(
        "raw_event_ids_are_unique",
        RAW_EVENTS,
        "count() = uniqExact(event_id) in each project: an event is one row.",
    ),
    Reconciliation(
        "fct_events_equals_raw", mart("fct_events"), "Each project has a fact for each raw event."
    ),
    Reconciliation(
        "events_hourly_equals_raw",
        mart("events_hourly"),
        "In each hour of each project the live rollup counts what raw.events holds.",
    ),
    Reconciliation(
        "fct_hourly_equals_fct_events",
        mart("fct_hourly"),
        "In each hour of each project the exact cells add up to the events.",
    ),
)


def reconcile(client: Client, reconciliation: Reconciliation) -> CheckOutcome:
    """Run the query; every group that it returns is a difference.

    The query reads its two sides one after the other while events keep arriving, so only a
    difference that a second reading repeats is real.
    """
    try:
        differences = _differences(client, reconciliation)
        if differences:
            again = {gap(difference) for difference in _differences(client, reconciliation)}
            differences = [difference for difference in differences if gap(difference) in again]
    except DatabaseError as error:  # the server answered: a missing table, not a lost connection
        return _outcome(reconciliation, 1, {"error": str(error)})
    return _outcome(
        reconciliation,
        len(differences),
        {"differences": differences[:SHOWN_DIFFERENCES]} if differences else {},
        Counter(str(difference["project_id"]) for difference in differences),
    )


def _outcome(
    reconciliation: Reconciliation,
    unexpected: int,
    observed: Mapping[str, Any],
    by_project: Mapping[str, int] | None = None,
) -> CheckOutcome:
    return CheckOutcome(
        reconciliation.asset,
        SUITE,
        reconciliation.name,
        "reconciliation",
        passed=unexpected == 0,
        blocking=True,
        description=reconciliation.description,
        unexpected_count=unexpected,
        observed=observed,
        unexpected_by_project=by_project,
    )


def gap(difference: Mapping[str, Any]) -> tuple[Any, ...]:
    """The group and by how much its two numbers, the last two columns, differ."""
    *group, expected, found = difference.values()
    return (*group, expected - found)


def _differences(client: Client, reconciliation: Reconciliation) -> list[dict[str, Any]]:
    result = client.query(reconciliation.sql)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
