"""Runs expectations with Great Expectations over ClickHouse.

The library is imported inside the functions: it costs 8 CPU-s and 200 MB, which only a run that
checks data may pay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clickhouse_connect.driver.client import Client

from orchestration.defs.quality.results import CheckOutcome
from orchestration.defs.quality.suites import Expectation, Suite

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.abstract_data_context import (
        AbstractDataContext,
    )
    from great_expectations.datasource.fluent.interfaces import Batch

SHOWN_KEYS = ("error", "observed_value", "unexpected_percent", "partial_unexpected_list")


class Validator:
    """One connection and one ephemeral context for any number of suites."""

    def __init__(self, clickhouse_url: str, client: Client) -> None:
        self._client = client
        self._context = _context()
        self._source = self._context.data_sources.add_sql(
            "warehouse",
            connection_string=sqlalchemy_url(clickhouse_url),
            create_temp_table=False,  # a temporary table would need a session of its own
        )

    def validate(self, suite: Suite, wanted: frozenset[str]) -> Iterator[CheckOutcome]:
        """Evaluate the suite's expectations that are named in `wanted`."""
        expectations = [e for e in suite.expectations if e.name in wanted]
        if not expectations:
            return
        batch = self._batch(suite)
        for expectation in expectations:
            outcome = _evaluate(batch, suite, expectation)
            if expectation.violations and "error" not in outcome.observed:
                failing = {} if outcome.passed else self._failing_projects(suite, expectation)
                outcome = replace(outcome, unexpected_by_project=failing)
            yield outcome

    def _failing_projects(self, suite: Suite, expectation: Expectation) -> dict[str, int]:
        """How many rows of each project break the rule."""
        violations = str(expectation.violations).replace("{batch}", f"({suite.query})")
        result = self._client.query(
            f"SELECT toString(project_id), count() FROM ({violations}) GROUP BY project_id"  # noqa: S608 - ours
        )
        return {str(project_id): int(count) for project_id, count in result.result_rows}

    def _batch(self, suite: Suite) -> "Batch":
        name = f"{suite.table}: {suite.query}"
        asset = self._source.add_query_asset(name, query=suite.query)
        return asset.add_batch_definition_whole_table("rows").get_batch()


def sqlalchemy_url(clickhouse_url: str) -> str:
    """`http://user:password@host:port` as the URL of clickhouse-connect's SQLAlchemy dialect."""
    scheme, _, rest = clickhouse_url.partition("://")
    return f"clickhousedb://{rest}" + ("?secure=true" if scheme == "https" else "")


def _context() -> "AbstractDataContext":
    import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _evaluate(batch: "Batch", suite: Suite, expectation: Expectation) -> CheckOutcome:
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    configuration = ExpectationConfiguration(
        type=expectation.type, kwargs=dict(expectation.arguments)
    )
    result = batch.validate(configuration.to_domain_obj())
    found: Mapping[str, Any] = result.result
    if problem := exception_message(result.exception_info):
        found = {"error": problem}
    return CheckOutcome(
        suite.asset,
        suite.name,
        expectation.name,
        "great_expectations",
        passed=bool(result.success),
        blocking=expectation.blocking,
        description=expectation.description,
        unexpected_count=unexpected_count(found, passed=bool(result.success)),
        observed={key: found[key] for key in SHOWN_KEYS if found.get(key) is not None},
    )


def unexpected_count(found: Mapping[str, Any], *, passed: bool) -> int:
    """Rows that break the rule; 1 for a rule about the table as a whole."""
    if "unexpected_count" in found:
        return int(found["unexpected_count"])
    observed = found.get("observed_value")
    if passed:
        return 0
    return observed if isinstance(observed, int) else 1


def exception_message(exception_info: Mapping[str, Any] | None) -> str | None:
    """What kept the library from evaluating: one exception, or a map from metric to exception."""
    info = exception_info or {}
    nested = [value for value in info.values() if isinstance(value, Mapping)]
    for item in (info, *nested):
        if item.get("raised_exception"):
            return str(item.get("exception_message"))
    return None
