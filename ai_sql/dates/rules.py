"""The rules that read periods: a regular expression over words, and what its match means."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from ai_sql.dates.absolute import ABSOLUTE, DAY, MONTH, YEAR, parse_absolute
from ai_sql.dates.period import Calendar, Period
from semantic_layer.queries import Unit

NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
    )
} | {"twenty": 20, "thirty": 30, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}
NUMBER_WORDS = "|".join(sorted(NUMBERS, key=len, reverse=True))
UNITS = "hour|day|week|month|quarter|year"

_NUMBER = rf"(?P<n>\d{{1,4}}|couple of|{NUMBER_WORDS})"
_UNIT = rf"(?P<unit>{UNITS})"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# "The past week" is usually meant as days up to now, "last week" as the calendar week before.
_PAST = {
    Unit.HOUR: (1, Unit.HOUR),
    Unit.DAY: (24, Unit.HOUR),
    Unit.WEEK: (7, Unit.DAY),
    Unit.MONTH: (30, Unit.DAY),
    Unit.QUARTER: (90, Unit.DAY),
    Unit.YEAR: (12, Unit.MONTH),
}
_TO_DATE = {"ytd": Unit.YEAR, "qtd": Unit.QUARTER, "mtd": Unit.MONTH, "wtd": Unit.WEEK}

Reader = Callable[[re.Match[str], Calendar], Period | None]
Rule = tuple[re.Pattern[str], Reader]


def _span(match: re.Match[str], calendar: Calendar) -> Period | None:
    """The first end borrows what it leaves out from the second: 17 to 20 May 2015."""
    end = parse_absolute(match["to"], calendar)
    start = end and parse_absolute(match["from"], calendar, borrow=end)
    if not start or not end or start.start >= end.end:
        return None
    return Period(start.start, end.end, end.unit, assumption=start.assumption or end.assumption)


def _days_of_month(match: re.Match[str], calendar: Calendar) -> Period | None:
    """The month is said once, before both days: May 17 to 20, 2015."""
    year = f" {match['year']}" if match["year"] else ""
    start = parse_absolute(f"{match['month']} {match['from']}{year}", calendar)
    end = parse_absolute(f"{match['month']} {match['to']}{year}", calendar)
    if not start or not end or start.start >= end.end:
        return None
    return Period(start.start, end.end, Unit.DAY, assumption=start.assumption)


def _until_now(match: re.Match[str], calendar: Calendar) -> Period | None:
    """Since a date, or from a date to today or yesterday."""
    start = parse_absolute(match["from"], calendar)
    end = calendar.today + timedelta(days="yesterday" not in (match["now"] or ""))
    if not start or start.start >= end:
        return None
    return Period(start.start, end, start.unit, assumption=start.assumption)


def _before(match: re.Match[str], calendar: Calendar) -> Period | None:
    end, first = parse_absolute(match["to"], calendar), calendar.first_day
    if not end or not first or first >= end.start:
        return None
    return Period(first, end.start, Unit.DAY, assumption=end.assumption)


def _last_units(match: re.Match[str], calendar: Calendar) -> Period | None:
    count = number(match["n"])
    return calendar.last(count, Unit(match["unit"])) if count else None


def _past_unit(match: re.Match[str], calendar: Calendar) -> Period:
    return calendar.last(*_PAST[Unit(match["unit"])])


def _previous_unit(match: re.Match[str], calendar: Calendar) -> Period:
    unit = Unit(match["unit"])
    if unit is Unit.HOUR:
        return calendar.last(1, unit)
    period = calendar.relative(unit, -1)
    return period.assuming(f"last {unit} is the calendar {unit} {period.describe()}")


def _this_unit(match: re.Match[str], calendar: Calendar) -> Period:
    unit = Unit(match["unit"])
    return calendar.last(1, unit) if unit is Unit.HOUR else calendar.relative(unit, 0)


def _ago(match: re.Match[str], calendar: Calendar) -> Period | None:
    unit = Unit(match["unit"])
    return None if unit is Unit.HOUR else calendar.relative(unit, -number(match["n"]))


def _weekday(match: re.Match[str], calendar: Calendar) -> Period:
    back = (calendar.today.weekday() - _WEEKDAYS.index(match["weekday"])) % 7
    period = calendar.relative(Unit.DAY, -(back or 7))
    return period.assuming(f"{match['weekday'].title()} is {period.describe()}")


def _weekend(match: re.Match[str], calendar: Calendar) -> Period:
    saturday = calendar.today - timedelta(days=(calendar.today.weekday() - 5) % 7)
    is_running = saturday + timedelta(days=1) >= calendar.today
    if is_running and match["which"] != "this":
        saturday -= timedelta(weeks=1)
    return Period(saturday, saturday + timedelta(days=2), Unit.DAY)


def _to_date(match: re.Match[str], calendar: Calendar) -> Period:
    unit = _TO_DATE.get(match[0]) or Unit(match["unit"])
    tomorrow = calendar.today + timedelta(days=1)
    return Period(calendar.floor(calendar.today, unit), tomorrow, unit)


def _everything(_match: re.Match[str], calendar: Calendar) -> Period:
    period = calendar.everything()
    return period.assuming(f"everything recorded: {period.describe()}")


def _date(match: re.Match[str], calendar: Calendar) -> Period | None:
    return parse_absolute(match["date"], calendar)


def _right_now(_match: re.Match[str], calendar: Calendar) -> Period:
    return calendar.relative(Unit.DAY, 0).assuming("right now is read as today")


def _day(offset: int) -> Reader:
    return lambda _match, calendar: calendar.relative(Unit.DAY, offset)


def number(text: str) -> int:
    """A count in digits or words."""
    return int(text) if text.isdigit() else NUMBERS.get(text, 2)


def _rule(pattern: str, reader: Reader) -> Rule:
    return re.compile(rf"\b(?:{pattern})(?!\w)"), reader


_A_DATE = rf"(?:the )?(?:{ABSOLUTE})"
_PARTIAL = rf"(?:the )?(?:{ABSOLUTE}|{DAY}|[a-z]{{3,9}} {DAY})"
_TO = r"(?:to|until|till|through|thru|-|\.\.)"
_IN = r"(?:for |in |over |during |within )?(?:the )?"
_LAST = r"(?:last|past|previous|prior|trailing|latest)"
_EVER = (
    r"all time|ever|of all time|in total|overall|so far|to date|altogether"
    r"|since (?:the )?(?:beginning|start|launch)"
)

# The first rule that matches and can be read wins, so the longer forms come first.
RULES: Sequence[Rule] = (
    _rule(
        rf"(?:from |between )?(?P<month>{MONTH}) (?P<from>{DAY}) ?(?:{_TO}|and) ?(?P<to>{DAY})"
        rf"(?! (?:of )?(?:{MONTH}))(?: (?P<year>{YEAR}))?",
        _days_of_month,
    ),
    _rule(rf"between (?P<from>{_PARTIAL}) and (?P<to>{_A_DATE})", _span),
    _rule(rf"(?:from )?(?P<from>{_PARTIAL}) ?{_TO} ?(?P<to>{_A_DATE})", _span),
    _rule(
        rf"(?:from |since )?(?P<from>{_PARTIAL}) ?{_TO} ?(?P<now>today|now|yesterday)", _until_now
    ),
    _rule(rf"(?:since|after|from) (?P<from>{_A_DATE}|yesterday)(?P<now> onwards?)?", _until_now),
    _rule(rf"(?:before|until|till|up to) (?P<to>{_A_DATE})", _before),
    _rule(rf"{_IN}{_LAST} {_NUMBER} {_UNIT}s?", _last_units),
    _rule(rf"{_NUMBER} {_UNIT}s? ago", _ago),
    _rule(rf"{_IN}past {_UNIT}", _past_unit),
    _rule(rf"{_IN}(?:last|previous|prior) {_UNIT}", _previous_unit),
    _rule(
        rf"(?:for |in |over |during )?(?:this|the current|current) {_UNIT}(?: so far)?", _this_unit
    ),
    _rule(r"(?:the )?day before yesterday", _day(-2)),
    _rule(r"(?:so far )?today(?: so far)?", _day(0)),
    _rule(r"right now", _right_now),
    _rule(r"yesterday", _day(-1)),
    _rule(r"(?:on |over )?(?:the )?(?P<which>last|past|this) weekend", _weekend),
    _rule(rf"(?:on |last )(?P<weekday>{'|'.join(_WEEKDAYS)})", _weekday),
    _rule(rf"ytd|qtd|mtd|wtd|{_UNIT} to date", _to_date),
    _rule(_EVER, _everything),
    _rule(rf"(?:(?:on|in|for|during|of|at) )?(?P<date>{_A_DATE})", _date),
)
