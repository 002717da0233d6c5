"""Half-open local periods and the calendar arithmetic under the date grammar."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from semantic_layer.periods import shift, start_of
from semantic_layer.project import MONDAY
from semantic_layer.queries import Unit


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open range of local days, or the last `count` units that end with the current one."""

    start: date
    end: date
    unit: Unit
    """The unit that names the period: May 2015 is a month, 17 May a day."""
    last: tuple[int, Unit] | None = None
    """Set for "last n units": the query keeps this form, so that a saved question moves on."""
    assumption: str | None = None

    @property
    def days(self) -> int:
        """Length in local days."""
        return (self.end - self.start).days

    def assuming(self, text: str) -> "Period":
        """The same period with a stated assumption."""
        return replace(self, assumption=text)

    def describe(self) -> str:
        """Words for the restated question, both ends included."""
        if self.last:
            count, unit = self.last
            return f"the last {unit}" if count == 1 else f"the last {count} {unit}s"
        last_day = self.end - timedelta(days=1)
        if self.days == 1:
            return f"{self.start:%-d %B %Y}"
        if self._is_whole(31) and self.unit is Unit.MONTH:
            return f"{self.start:%B %Y}"
        if self._is_whole(366) and self.unit is Unit.YEAR:
            return f"{self.start:%Y}"
        return f"{self.start:%-d %B %Y} to {last_day:%-d %B %Y}"

    def _is_whole(self, longest: int) -> bool:
        """One month or year: it starts and ends on a first and is no longer than one."""
        return self.start.day == 1 == self.end.day and self.days <= longest


@dataclass(frozen=True, slots=True)
class Calendar:
    """Today's local date and the first ISO weekday of a week (1 is Monday)."""

    today: date
    week_start: int = MONDAY
    first_day: date | None = None
    """First local day that has data; "since the beginning" starts there."""
    last_day: date | None = None
    """Last local day that has data."""

    def floor(self, day: date, unit: Unit) -> date:
        """First day of the unit that holds `day`."""
        return start_of(datetime.combine(day, time.min), unit, self.week_start).date()

    def shift(self, day: date, unit: Unit, count: int) -> date:
        """`day`, the first of its unit, moved by `count` units."""
        return shift(datetime.combine(day, time.min), unit, count).date()

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
        return Period(
            self.first_day or self.today,
            (self.last_day or self.today) + timedelta(days=1),
            Unit.DAY,
        )
