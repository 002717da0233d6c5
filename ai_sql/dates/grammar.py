"""Grammar of periods: regular expressions over the words of a question, each with the rule that reads it."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from ai_sql.dates.absolute import ABSOLUTE, DAY, MONTH, YEAR, parse_absolute
from ai_sql.dates.period import Calendar, Period, Unit
from ai_sql.text import Token

NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
    )
} | {"twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100, "couple of": 2, "fortnight": 14}
_NUMBER = r"(?P<n>\d{1,4}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")"
_UNITS = "hour|day|week|month|quarter|year"
_UNIT = rf"(?P<unit>{_UNITS})"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ADVERBS = {
    "hourly": Unit.HOUR,
    "daily": Unit.DAY,
    "weekly": Unit.WEEK,
    "monthly": Unit.MONTH,
    "quarterly": Unit.QUARTER,
    "yearly": Unit.YEAR,
    "annual": Unit.YEAR,
}
# "The past week" is usually meant as days up to now, "last week" as the calendar week before this one.
_PAST = {
    Unit.HOUR: (1, Unit.HOUR),
    Unit.DAY: (24, Unit.HOUR),
    Unit.WEEK: (7, Unit.DAY),
    Unit.MONTH: (30, Unit.DAY),
    Unit.QUARTER: (90, Unit.DAY),
    Unit.YEAR: (12, Unit.MONTH),
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What a rule read, and the tokens (half-open) it explains."""

    value: T
    first: int
    end: int


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Calendar], Period | None]]


def _rule(pattern: str, build: Callable[[re.Match[str], Calendar], Period | None]) -> Rule:
    return re.compile(rf"\b(?:{pattern})(?!\w)"), build


def _count(match: re.Match[str]) -> int:
    text = match.group("n")
    return int(text) if text.isdigit() else NUMBERS[text]


def _span(match: re.Match[str], calendar: Calendar) -> Period | None:
    """Both ends given; the first borrows what it leaves out (17 to 20 May 2015) from the second."""
    end = parse_absolute(match.group("to"), calendar)
    if end is None:
        return None
    start = parse_absolute(match.group("from"), calendar, borrow=end)
    if start is None or start.start >= end.end:
        return None
    return Period(start.start, end.end, end.unit, assumption=start.assumption or end.assumption)


def _days_of_month(match: re.Match[str], calendar: Calendar) -> Period | None:
    """May 17 to 20, 2015: the month is said once, before both days."""
    year = f" {match.group('year')}" if match.group("year") else ""
    start = parse_absolute(f"{match.group('month')} {match.group('from')}{year}", calendar)
    end = parse_absolute(f"{match.group('month')} {match.group('to')}{year}", calendar)
    if start is None or end is None or start.start >= end.end:
        return None
    return Period(start.start, end.end, Unit.DAY, assumption=start.assumption)


def _open_span(match: re.Match[str], calendar: Calendar) -> Period | None:
    start = parse_absolute(match.group("from"), calendar)
    if start is None:
        return None
    end = calendar.today + timedelta(days=0 if match.group("to") == "yesterday" else 1)
    return Period(start.start, end, start.unit, assumption=start.assumption) if start.start < end else None


def _since(match: re.Match[str], calendar: Calendar) -> Period | None:
    start = parse_absolute(match.group("from"), calendar)
    if start is None:
        return None
    return Period(start.start, calendar.today + timedelta(days=1), start.unit, assumption=start.assumption)


def _before(match: re.Match[str], calendar: Calendar) -> Period | None:
    end = parse_absolute(match.group("to"), calendar)
    first = calendar.first_day
    if end is None or first is None or first >= end.start:
        return None
    return Period(first, end.start, Unit.DAY, assumption=end.assumption)


def _last_units(match: re.Match[str], calendar: Calendar) -> Period | None:
    count = _count(match)
    return calendar.last(count, Unit(match.group("unit"))) if count else None


def _past_unit(match: re.Match[str], calendar: Calendar) -> Period:
    return calendar.last(*_PAST[Unit(match.group("unit"))])


def _previous_unit(match: re.Match[str], calendar: Calendar) -> Period:
    unit = Unit(match.group("unit"))
    if unit is Unit.HOUR:
        return calendar.last(1, unit)
    period = calendar.relative(unit, -1)
    return period.assuming(f"last {unit} is the calendar {unit} before this one ({period.describe()})")


def _ago(match: re.Match[str], calendar: Calendar) -> Period | None:
    unit = Unit(match.group("unit"))
    return None if unit is Unit.HOUR else calendar.relative(unit, -_count(match))


def _weekday(match: re.Match[str], calendar: Calendar) -> Period:
    back = (calendar.today.weekday() - _WEEKDAYS.index(match.group("weekday"))) % 7
    day = calendar.today - timedelta(days=back or 7)
    return calendar.unit_of(day, Unit.DAY).assuming(f"{match.group('weekday').title()} is {day:%-d %B %Y}")


def _weekend(match: re.Match[str], calendar: Calendar) -> Period:
    saturday = calendar.today - timedelta(days=(calendar.today.weekday() - 5) % 7)
    if saturday + timedelta(days=1) >= calendar.today:
        saturday -= timedelta(weeks=1)
    return Period(saturday, saturday + timedelta(days=2), Unit.DAY)


def _to_date(match: re.Match[str], calendar: Calendar) -> Period:
    names = {"ytd": Unit.YEAR, "qtd": Unit.QUARTER, "mtd": Unit.MONTH, "wtd": Unit.WEEK}
    unit = names.get(match.group(0)) or Unit(match.group("unit"))
    return Period(calendar.floor(calendar.today, unit), calendar.today + timedelta(days=1), unit)


def _year_window(match: re.Match[str], calendar: Calendar) -> Period | None:
    return parse_absolute(match.group("date"), calendar)


_DATE = rf"(?:the )?(?:{ABSOLUTE})"
_PARTIAL = rf"(?:the )?(?:{ABSOLUTE}|\d{{1,2}}(?:st|nd|rd|th)?|[a-z]{{3,9}} \d{{1,2}}(?:st|nd|rd|th)?)"
_TO = r"(?:to|until|till|through|thru|-|–|\.\.)"

# In order: the first rule that matches and can be read wins, so longer forms come first.
RULES: Sequence[Rule] = (
    _rule(
        rf"(?:from |between )?(?P<month>{MONTH}) (?P<from>{DAY}) ?(?:{_TO}|and) ?(?P<to>{DAY})(?! (?:of )?(?:{MONTH}))(?: (?P<year>{YEAR}))?",
        _days_of_month,
    ),
    _rule(rf"between (?P<from>{_PARTIAL}) and (?P<to>{_DATE})", _span),
    _rule(rf"(?:from )?(?P<from>{_PARTIAL}) ?{_TO} ?(?P<to>{_DATE})", _span),
    _rule(rf"(?:from )?(?P<from>{_PARTIAL}) ?{_TO} ?(?P<to>today|now|yesterday)", _open_span),
    _rule(rf"(?:since|after|from) (?P<from>{_DATE}|yesterday)(?: on(?:wards?)?)?", _since),
    _rule(rf"(?:before|until|till|up to) (?P<to>{_DATE})", _before),
    _rule(r"(?:for |in |over |during )?(?:the )?(?:last|past|previous|prior|trailing|latest) " + _NUMBER + " " + _UNIT + "s?", _last_units),
    _rule(_NUMBER + " " + _UNIT + "s? ago", _ago),
    _rule(r"(?:for |in |over |during )?(?:the )?past " + _UNIT, _past_unit),
    _rule(r"(?:for |in |over |during )?(?:the )?(?:last|previous|prior) " + _UNIT, _previous_unit),
    _rule(r"(?:for |in |over |during )?(?:this|the current|current) " + _UNIT, lambda m, c: c.relative(Unit(m.group("unit")), 0)),
    _rule(r"(?:the )?day before yesterday", lambda m, c: c.relative(Unit.DAY, -2)),
    _rule(r"today|right now|so far today", lambda m, c: c.relative(Unit.DAY, 0)),
    _rule(r"yesterday", lambda m, c: c.relative(Unit.DAY, -1)),
    _rule(r"(?:last|past|this) weekend", _weekend),
    _rule(rf"(?:on |last )(?P<weekday>{'|'.join(_WEEKDAYS)})", _weekday),
    _rule(r"ytd|qtd|mtd|wtd|(?P<unit>year|quarter|month|week) to date", _to_date),
    _rule(
        r"all time|ever|of all time|in total|overall|so far|since (?:the )?(?:beginning|start|launch)|to date|altogether",
        lambda m, c: c.everything().assuming("everything recorded so far"),
    ),
    _rule(rf"(?:(?:on|in|for|during|of|at) )?(?P<date>{_DATE})", _year_window),
)

_GRAINS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], Unit | None]]] = (
    (re.compile(rf"\b(?:by|per|each|every|for each|for every|a) (?:the )?{_UNIT}\b(?! of)"), lambda m: Unit(m.group("unit"))),
    (re.compile(rf"\b{_UNIT} by (?P=unit)\b"), lambda m: Unit(m.group("unit"))),
    (re.compile(rf"\b(?:{'|'.join(_ADVERBS)})\b"), lambda m: _ADVERBS[m.group(0)]),
    (re.compile(r"\bover time\b|\btrend(?:s|ing)?\b|\bevolution\b|\btime ?series\b|\bdevelop(?:ed|ment)?\b"), lambda m: None),
)

_COMPARED = r"(?:compared? (?:to|with)|vs\.?|versus|against|relative to|as opposed to|over)"
_COMPARISONS = (
    re.compile(rf"\b{_COMPARED} (?:the )?(?:one |same )?(?:previous|prior|last|preceding)(?: (?:period|{_UNITS})s?)?\b"),
    re.compile(rf"\b{_COMPARED} (?:the )?(?:period|{_UNITS}) before\b"),
    re.compile(r"\b(?P<unit>day|week|month|quarter|year) (?:over|on) (?P=unit)\b|\b(?:dod|wow|mom|qoq)\b"),
    re.compile(r"\b(?:change|changed|growth|grow|grew|grown|increased?|decreased?|declined?|drop(?:ped)?|fell|rise|rose|risen)\b"),
)


def find_period(tokens: Sequence[Token], calendar: Calendar, taken: Container[int] = ()) -> Found[Period] | None:
    """The first period that the words name, by the order of `RULES`."""
    text, starts = _joined(tokens, taken)
    for pattern, build in RULES:
        for match in pattern.finditer(text):
            period = _safely(build, match, calendar) if _is_aligned(match, text) else None
            if period is not None:
                return Found(period, *_tokens(match, starts))
    return None


def find_grain(tokens: Sequence[Token], taken: Container[int] = ()) -> Found[Unit | None] | None:
    """A grain ("per week"), or a trend without one ("over time": value None)."""
    text, starts = _joined(tokens, taken)
    for pattern, build in _GRAINS:
        match = pattern.search(text)
        if match:
            return Found(build(match), *_tokens(match, starts))
    return None


def find_comparison(tokens: Sequence[Token], taken: Container[int] = ()) -> Found[str] | None:
    """A wish to compare with the period before; the value is the matched wording."""
    text, starts = _joined(tokens, taken)
    for pattern in _COMPARISONS:
        match = pattern.search(text)
        if match:
            return Found(match.group(0), *_tokens(match, starts))
    return None


def _safely(build: Callable[[re.Match[str], Calendar], Period | None], match: re.Match[str], calendar: Calendar) -> Period | None:
    try:
        return build(match, calendar)
    except (ValueError, OverflowError):  # 31 April, or a year outside the calendar: not a date after all
        return None


def _joined(tokens: Sequence[Token], taken: Container[int]) -> tuple[str, list[int]]:
    """Words with single spaces, quoted and already explained ones blanked out, and the offset of each."""
    words = ["\x00" if token.quoted or i in taken else token.word for i, token in enumerate(tokens)]
    starts, offset = [], 0
    for word in words:
        starts.append(offset)
        offset += len(word) + 1
    return " ".join(words), starts


def _is_aligned(match: re.Match[str], text: str) -> bool:
    """Whether the match covers whole words: the 2015 of /blog/2015 is not a year."""
    return match.start() in (0, text.rfind(" ", 0, match.start()) + 1) and text[match.end() : match.end() + 1] in ("", " ")


def _tokens(match: re.Match[str], starts: list[int]) -> tuple[int, int]:
    first = max(i for i, start in enumerate(starts) if start <= match.start())
    end = max(i for i, start in enumerate(starts) if start < match.end()) + 1
    return first, end
