"""Ranges of local days, and the equally long one before."""

from datetime import date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 30
LONGEST_DAYS = 3 * 366


class Period(NamedTuple):
    """Half-open, in days of the project's zone."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def previous(self) -> Self:
        return type(self)(self.start - timedelta(days=self.days), self.start)

    @property
    def dates(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]


def today_in(timezone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(timezone)).date()


def last_days(days: int, today: date) -> Period:
    """The n local days that end with today, which is not over yet."""
    end = today + timedelta(days=1)
    return Period(end - timedelta(days=days), end)
