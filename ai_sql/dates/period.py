"""Half-open local periods and the calendar arithmetic under the date grammar."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """Calendar units, in the words of a semantic query."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open range of local days, or the last `count` units that end with the current one."""

    start: date
    end: date
    unit: Unit
    """The unit that names the period: May 2015 is a month, 17 May a day."""
    last: tuple[int, Unit] | None = None
    """Set for "last n units": the query then keeps the relative form, so that a saved question moves on."""
    assumption: str | None = None

    @property
    def days(self) -> int:
        """Length in local days."""
        return (self.end - self.start).days

    def assuming(self, text: str) -> "Period":
        """The same period with a stated assumption."""
        return replace(self, assumption=text)

    def describe(self) -> str:
        """Words for the restated question, with both ends included."""
        if self.last:
            count, unit = self.last
            return f"the last {unit}" if count == 1 else f"the last {count} {unit}s"
        if self.days == 1:
            return f"{self.start:%-d %B %Y}"
        last_day = self.end - timedelta(days=1)
        if self.unit is Unit.YEAR and self.start == date(self.start.year, 1, 1) and self.end == date(self.start.year + 1, 1, 1):
            return f"{self.start:%Y}"
        if self.unit is Unit.MONTH and self.start.day == 1 and self.end == add_months(self.start, 1):
            return f"{self.start:%B %Y}"
        return f"{self.start:%-d %B %Y} to {last_day:%-d %B %Y}"


def add_months(day: date, months: int) -> date:
    """The first of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Today's local date and the first day of a week (0 is Monday)."""

    today: date
    week_start: int = 0
    first_day: date | None = None
    """First local day that has data; "since the beginning" starts there."""
    last_day: date | None = None
    """Last local day that has data."""

    def floor(self, day: date, unit: Unit) -> date:
        """First day of the unit that holds `day`."""
        match unit:
            case Unit.WEEK:
                return day - timedelta(days=(day.weekday() - self.week_start) % 7)
            case Unit.MONTH:
                return day.replace(day=1)
            case Unit.QUARTER:
                return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            case Unit.YEAR:
                return date(day.year, 1, 1)
            case _:
                return day

    def shift(self, day: date, unit: Unit, count: int) -> date:
        """`day`, the first of its unit, moved by `count` units."""
        match unit:
            case Unit.WEEK:
                return day + timedelta(weeks=count)
            case Unit.MONTH:
                return add_months(day, count)
            case Unit.QUARTER:
                return add_months(day, 3 * count)
            case Unit.YEAR:
                return add_months(day, 12 * count)
            case _:
                return day + timedelta(days=count)

    def unit_of(self, day: date, unit: Unit) -> Period:
        """The whole unit that holds `day`."""
        start = self.floor(day, unit)
        return Period(start, self.shift(start, unit, 1), unit)

    def relative(self, unit: Unit, offset: int) -> Period:
        """The unit `offset` units from the current one: -1 is the previous one."""
        return self.unit_of(self.shift(self.floor(self.today, unit), unit, offset), unit)

    def last(self, count: int, unit: Unit) -> Period:
        """The last `count` units including the current, incomplete one."""
        tomorrow = self.today + timedelta(days=1)
        if unit is Unit.HOUR:
            return Period(self.today - timedelta(days=count // 24), tomorrow, unit, (count, unit))
        start = self.shift(self.floor(self.today, unit), unit, 1 - count)
        return Period(start, tomorrow, unit, (count, unit))

    def everything(self) -> Period:
        """From the first to the last day with data."""
        return Period(self.first_day or self.today, (self.last_day or self.today) + timedelta(days=1), Unit.DAY)
