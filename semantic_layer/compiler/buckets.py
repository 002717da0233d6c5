"""Wall-clock moments and buckets as ClickHouse literals.

Models keep local time as Date, or as DateTime('UTC') that holds the project's wall clock; so does
everything here. The hour that a clock change repeats is one bucket; the one it skips is none.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from semantic_layer.compiler.rendering import WEEK_START
from semantic_layer.queries import Unit

_STEPS = {
    Unit.HOUR: "toIntervalHour(1)",
    Unit.DAY: "toIntervalDay(1)",
    Unit.WEEK: "toIntervalDay(7)",
    Unit.MONTH: "toIntervalMonth(1)",
    Unit.QUARTER: "toIntervalMonth(3)",
    Unit.YEAR: "toIntervalMonth(12)",
}

_TRUNCATIONS = {
    Unit.DAY: "toDate({0})",
    Unit.WEEK: f"toDate({{0}}) - (toDayOfWeek({{0}}) + 7 - {WEEK_START}) % 7",
    Unit.MONTH: "toStartOfMonth({0})",
    Unit.QUARTER: "toStartOfQuarter({0})",
    Unit.YEAR: "toStartOfYear({0})",
}


def moment(value: datetime, grain: Unit) -> str:
    """The wall clock of `value`: a DateTime for hours, a Date for anything coarser."""
    if grain is Unit.HOUR:
        return f"toDateTime('{value:%Y-%m-%d %H:%M:%S}', 'UTC')"
    return f"toDate('{value:%Y-%m-%d}')"


def moments(values: list[datetime], grain: Unit) -> str:
    """A constant array of bucket starts.

    Of numbers: as moments written out, those of ten days by the hour are a syntax tree that exceeds
    what ClickHouse parses.
    """
    seconds = [int(_wall(value).timestamp()) for value in values]
    if grain is Unit.HOUR:
        return f"arrayMap(second -> toDateTime(second, 'UTC'), {seconds})"
    return f"arrayMap(day -> toDate(day), {[second // 86_400 for second in seconds]})"


def truncation(column: str, grain: Unit) -> str:
    """The start of the bucket that holds a Date."""
    return _TRUNCATIONS[grain].format(column)


def fill(first: datetime, end: datetime, grain: Unit) -> str:
    """The clause that adds the buckets without rows."""
    start, stop = moment(first, grain), moment(end, grain)
    return f"WITH FILL FROM {start} TO {stop} STEP {_STEPS[grain]}"


def skipped_hours(values: list[datetime]) -> list[datetime]:
    """Wall-clock hours between the buckets that never were: the clock went forward."""
    skipped = []
    for earlier, later in pairwise(values):
        gap = _wall(later) - _wall(earlier)
        if gap.total_seconds() > 3600:
            skipped.append(_wall(earlier) + timedelta(hours=1))
    return skipped


def _wall(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)
