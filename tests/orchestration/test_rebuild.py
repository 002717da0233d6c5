"""Which days are to be built anew, and what is noted for the next build."""

from datetime import date

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.defs.warehouse.rebuild import LAST_DAY, Days, parse_days


def test_both_ends_are_included() -> None:
    assert parse_days("2026-01-30", "2026-02-01") == Days(date(2026, 1, 30), date(2026, 2, 1))


def test_without_an_end_all_days_since_are_meant() -> None:
    assert parse_days("2026-01-30", "") == Days(date(2026, 1, 30), LAST_DAY)


def test_without_days_nothing_is_meant() -> None:
    assert parse_days("", "") is None


@pytest.mark.parametrize(
    ("from_day", "to_day", "message"),
    [
        ("yesterday", "", "Invalid isoformat"),
        ("", "2026-02-01", "needs a from_day"),
        ("2026-02-02", "2026-02-01", "lies before"),
    ],
)
def test_wrong_days_are_refused(from_day: str, to_day: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_days(from_day, to_day)


def test_the_launchpad_asks_for_the_days_only() -> None:
    job = defs.resolve_job_def("rebuild_days")
    assert dg.validate_run_config(job, {"from_day": "2026-01-30"})
    with pytest.raises(dg.DagsterInvalidConfigError, match="from_day"):
        dg.validate_run_config(job, {})
