"""From "last 7 days" to moments: ranges, the period before, and the buckets between.

Days, weeks and longer are local calendar units, so a day may have 23 or 25 hours. Hours are counted
in absolute time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from semantic_layer.errors import InvalidQuery
from semantic_layer.project import ProjectContext
from semantic_layer.queries import TimeRange, Unit

MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
EARLIEST, LATEST = date(1970, 1, 2), date(2149, 6, 5)
"""What ClickHouse's Date holds, less a day for every time zone's offset."""

MAX_BUCKETS = 10_000


@dataclass(frozen=True)
class Period:
    """Half-open, both ends aware datetimes in the project's zone.

    `is_open` when it ends with the current, incomplete unit.
    """

    start: datetime
    end: datetime
    is_open: bool = False

    @property
    def first_day(self) -> date:
        return self.start.date()

    @property
    def end_day(self) -> date:
        """The first day that is wholly outside."""
        whole = self.end.time() == time.min
        return self.end.date() if whole else self.end.date() + timedelta(days=1)

    @property
    def is_whole_days(self) -> bool:
        return self.start.time() == time.min and self.end.time() == time.min


def resolve(time_range: TimeRange, project: ProjectContext) -> Period:
    """The moments that a query's `time` means now. Raises InvalidQuery for an empty range."""
    try:
        return _resolve(time_range, project)
    except OverflowError:  # a local time of the year 1 or 9999 is outside in UTC
        raise _out_of_range() from None


def _resolve(time_range: TimeRange, project: ProjectContext) -> Period:
    if time_range.last is not None:
        unit = time_range.last.unit
        current = start_of(project.local_now(), unit, project.week_start)
        start = shift(current, unit, 1 - time_range.last.n)
        return _checked(Period(start, shift(current, unit, 1), is_open=True))
    assert time_range.from_ is not None
    assert time_range.to is not None
    start, end = _local(time_range.from_, project), _local(time_range.to, project)
    return _checked(Period(start, end, is_open=end > project.local_now()))


def previous(period: Period, time_range: TimeRange) -> Period:
    """The period before: n units for "last n", months for whole months, else the same length."""
    try:
        return _previous(period, time_range)
    except OverflowError:
        raise _out_of_range() from None


def _previous(period: Period, time_range: TimeRange) -> Period:
    if time_range.last is not None:
        unit, n = time_range.last.unit, time_range.last.n
        return _checked(Period(shift(period.start, unit, -n), period.start))
    months = _whole_months(period)
    if months:
        return _checked(Period(shift(period.start, Unit.MONTH, -months), period.start))
    if period.is_whole_days:
        days = (period.end_day - period.first_day).days
        return _checked(Period(shift(period.start, Unit.DAY, -days), period.start))
    length = period.end.astimezone(UTC) - period.start.astimezone(UTC)
    start = (period.start.astimezone(UTC) - length).astimezone(period.start.tzinfo)
    return _checked(Period(start, period.start))


def buckets(period: Period, grain: Unit, week_start: int) -> list[datetime]:
    """The starts of all units that overlap the period; the first may begin before it.

    The hour that a clock change repeats is one bucket.
    """
    found: list[datetime] = []
    for start in _starts(period, grain, week_start):
        if found and start.replace(tzinfo=None) <= found[-1].replace(tzinfo=None):
            continue
        found.append(start)
        if len(found) > MAX_BUCKETS:
            raise InvalidQuery(
                f"more than {MAX_BUCKETS} {grain}s: take a shorter time or a coarser grain"
            )
    return found


def start_of(moment: datetime, unit: Unit, week_start: int) -> datetime:
    """The start of the unit that holds `moment`."""
    if unit is Unit.HOUR:
        # Some zones are 30 or 45 minutes off UTC: an hour starts by the local clock.
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.date()
    if unit is Unit.WEEK:
        day -= timedelta(days=(day.isoweekday() - week_start) % 7)
    elif unit in MONTHS:
        months = MONTHS[unit]
        day = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return _midnight(day, moment)


def shift(moment: datetime, unit: Unit, n: int) -> datetime:
    """`n` units later; a month keeps its day, clamped to the length of the month."""
    if unit is Unit.HOUR:
        return (moment.astimezone(UTC) + timedelta(hours=n)).astimezone(moment.tzinfo)
    try:
        if unit in MONTHS:
            return _midnight(_add_months(moment.date(), n * MONTHS[unit]), moment)
        days = n * (7 if unit is Unit.WEEK else 1)
        return _midnight(moment.date() + timedelta(days=days), moment)
    except (OverflowError, ValueError):
        raise _out_of_range() from None


def _starts(period: Period, grain: Unit, week_start: int) -> Iterator[datetime]:
    """Hours more than once."""
    start = start_of(period.start, grain, week_start)
    if grain is Unit.HOUR:
        yield from _hours(start, period.end)
        return
    while start.astimezone(UTC) < period.end.astimezone(UTC):
        yield start
        start = shift(start, grain, 1)


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Clocks that change by half an hour (Lord Howe) leave hours that last but half of one."""
    now, last = start.astimezone(UTC), end.astimezone(UTC)
    while now < last:
        yield start_of(now.astimezone(start.tzinfo), Unit.HOUR, 1)
        now += timedelta(minutes=30)


def _checked(period: Period) -> Period:
    if period.start.astimezone(UTC) >= period.end.astimezone(UTC):
        raise InvalidQuery("the time range is empty: `to` must lie after `from`")
    if period.first_day < EARLIEST or period.end_day > LATEST:
        raise _out_of_range()
    return period


def _out_of_range() -> InvalidQuery:
    return InvalidQuery(f"the time range must lie in {EARLIEST} to {LATEST}")


def _local(value: date | datetime, project: ProjectContext) -> datetime:
    """Naive values are local; one with an offset is that moment in the project's zone."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min, project.zone)
    return value.astimezone(project.zone) if value.tzinfo else value.replace(tzinfo=project.zone)


def _midnight(day: date, like: datetime) -> datetime:
    return datetime.combine(day, time.min, like.tzinfo)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


def _whole_months(period: Period) -> int:
    """How many calendar months the period is made of; 0 when it is not."""
    if not period.is_whole_days or period.first_day.day != 1 or period.end_day.day != 1:
        return 0
    start, end = period.first_day, period.end_day
    return (end.year - start.year) * 12 + end.month - start.month
