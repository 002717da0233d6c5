"""Absolute dates: 2015-05-17, 17 May 2015, May 17th, Q1 2011, week 20 of 2015, March, 2011."""

import re
from dataclasses import dataclass
from datetime import date

from ai_sql.dates.period import Calendar, Period
from semantic_layer.queries import Unit

_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = (
    {name: i + 1 for i, name in enumerate(_NAMES)}
    | {name[:3]: i + 1 for i, name in enumerate(_NAMES)}
    | {"sept": 9}
)
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
YEAR = r"(?:19|20)\d\d"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}

# "May" alone is a month only after a preposition; elsewhere it is a verb.
_MONTHS_ALONE = "|".join(name for name in MONTH.split("|") if name != "may")
_BEFORE_MAY = ("in", "since", "of", "for", "during", "and", "to", "from", "between", "until")

# Without named groups: this text is used several times in one rule.
ABSOLUTE = "|".join(
    (
        rf"{YEAR}-w\d\d?",
        rf"{YEAR}-\d\d-\d\d",
        rf"{YEAR}/\d\d?/\d\d?",
        rf"{YEAR}-\d\d",
        rf"\d{{1,2}}[/.]\d{{1,2}}[/.]{YEAR}",
        rf"{DAY} (?:of )?(?:{MONTH})(?: (?:of )?{YEAR})?",
        rf"(?:{MONTH}) {DAY}(?: {YEAR})?(?!\d)",
        rf"(?:{MONTH}) (?:of )?{YEAR}",
        rf"(?:q[1-4]|(?:first|second|third|fourth|last) quarter)(?: (?:of |in )?{YEAR})?",
        rf"week \d{{1,2}}(?: of)? {YEAR}",
        rf"(?:{_MONTHS_ALONE})",
        *(rf"(?<={word} )may" for word in _BEFORE_MAY),
        YEAR,
    )
)


def parse_absolute(text: str, calendar: Calendar, borrow: Period | None = None) -> Period | None:
    """The period that `text` names; what it leaves out is that of `borrow`, else the latest.

    Raises ValueError for a day that does not exist.
    """
    text = text.removeprefix("the ").strip()
    if text in ("today", "yesterday"):
        return calendar.relative(Unit.DAY, 0 if text == "today" else -1)
    return (
        _iso(text, calendar)
        or _slashed(text, calendar)
        or _quarter(text, calendar, borrow)
        or _week(text, calendar)
        or _named(text, calendar, borrow)
        or _bare(text, calendar, borrow)
    )


def _iso(text: str, calendar: Calendar) -> Period | None:
    if match := re.fullmatch(rf"({YEAR})-w(\d\d?)", text):
        return calendar.unit_of(date.fromisocalendar(int(match[1]), int(match[2]), 1), Unit.WEEK)
    if match := re.fullmatch(rf"({YEAR})/(\d\d?)/(\d\d?)", text):
        return calendar.unit_of(date(*map(int, match.groups())), Unit.DAY)
    if re.fullmatch(rf"{YEAR}-\d\d-\d\d", text):
        return calendar.unit_of(date.fromisoformat(text), Unit.DAY)
    if re.fullmatch(rf"{YEAR}-\d\d", text):
        return calendar.unit_of(date.fromisoformat(f"{text}-01"), Unit.MONTH)
    return None


def _slashed(text: str, calendar: Calendar) -> Period | None:
    match = re.fullmatch(rf"(\d{{1,2}})[/.](\d{{1,2}})[/.]({YEAR})", text)
    if not match:
        return None
    first, second, year = (int(group) for group in match.groups())
    if second > 12:  # only month/day/year can be meant
        return calendar.unit_of(date(year, first, second), Unit.DAY)
    period = calendar.unit_of(date(year, second, first), Unit.DAY)
    if first > 12:
        return period
    return period.assuming(f"{text} is read as day/month/year: {period.describe()}")


def _quarter(text: str, calendar: Calendar, borrow: Period | None) -> Period | None:
    match = re.fullmatch(
        rf"(?:q([1-4])|(first|second|third|fourth|last) quarter)(?: (?:of |in )?({YEAR}))?", text
    )
    if not match:
        return None
    number = int(match[1]) if match[1] else _QUARTERS[match[2]]
    if match[2] == "last" and not match[3]:
        return calendar.relative(Unit.QUARTER, -1)
    return _recent(_MonthDay(Unit.QUARTER, number * 3 - 2, 1), match[3], calendar, borrow)


def _week(text: str, calendar: Calendar) -> Period | None:
    match = re.fullmatch(rf"week (\d{{1,2}})(?: of)? ({YEAR})", text)
    if not match:
        return None
    return calendar.unit_of(date.fromisocalendar(int(match[2]), int(match[1]), 1), Unit.WEEK)


def _named(text: str, calendar: Calendar, borrow: Period | None) -> Period | None:
    """Forms with a month's name."""
    month_first = re.fullmatch(rf"({MONTH})(?: ({DAY}))?(?: (?:of )?({YEAR}))?", text)
    day_first = re.fullmatch(rf"({DAY}) (?:of )?({MONTH})(?: (?:of )?({YEAR}))?", text)
    if month_first:
        month, day, year = month_first.groups()
    elif day_first:
        day, month, year = day_first.groups()
    else:
        return None
    number = int(re.sub(r"\D", "", day)) if day else 1
    named = _MonthDay(Unit.DAY if day else Unit.MONTH, MONTHS[month], number)
    return _recent(named, year, calendar, borrow)


def _bare(text: str, calendar: Calendar, borrow: Period | None) -> Period | None:
    """A year alone, or a day number that borrows its month: the 17 of "17 to 20 May"."""
    if re.fullmatch(YEAR, text):
        return calendar.unit_of(date(int(text), 1, 1), Unit.YEAR)
    if borrow and borrow.unit is Unit.DAY and re.fullmatch(DAY, text):
        return calendar.unit_of(borrow.start.replace(day=int(re.sub(r"\D", "", text))), Unit.DAY)
    return None


@dataclass(frozen=True, slots=True)
class _MonthDay:
    """A date without its year, the first of a `unit`."""

    unit: Unit
    month: int
    day: int

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)


def _recent(
    named: _MonthDay, year: str | None, calendar: Calendar, borrow: Period | None
) -> Period:
    """The year given, else the last one in which the date does not lie after `borrow` or today."""
    if year:
        return calendar.unit_of(named.in_year(int(year)), named.unit)
    latest = borrow.start if borrow else calendar.today
    start = named.in_year(latest.year)
    period = calendar.unit_of(
        start if start <= latest else named.in_year(latest.year - 1), named.unit
    )
    if borrow:
        return period
    return period.assuming(f"no year given: the most recent one, {period.describe()}")
