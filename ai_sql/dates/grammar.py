"""Find periods, grains and comparisons in the words of a question."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ai_sql.dates.period import Calendar, Period
from ai_sql.dates.rules import RULES, UNITS, Reader
from ai_sql.text import Token
from semantic_layer.errors import InvalidQuery
from semantic_layer.queries import Unit

T = TypeVar("T")

_ADVERBS = {
    "hourly": Unit.HOUR,
    "daily": Unit.DAY,
    "weekly": Unit.WEEK,
    "monthly": Unit.MONTH,
    "quarterly": Unit.QUARTER,
    "yearly": Unit.YEAR,
    "annual": Unit.YEAR,
}
_UNIT = rf"(?P<unit>{UNITS})"

_Grain = tuple[re.Pattern[str], Callable[[re.Match[str]], Unit | None]]
_GRAINS: Sequence[_Grain] = (
    (
        re.compile(rf"\b(?:by|per|each|every|for each|for every) (?:the )?{_UNIT}\b(?! of)"),
        lambda match: Unit(match["unit"]),
    ),
    (re.compile(rf"\x00 and (?:by |per )?{_UNIT}\b(?! of)"), lambda match: Unit(match["unit"])),
    (re.compile(rf"\b{_UNIT} by (?P=unit)\b"), lambda match: Unit(match["unit"])),
    (re.compile(rf"\b(?:{'|'.join(_ADVERBS)})\b"), lambda match: _ADVERBS[match[0]]),
    (
        re.compile(r"\bover time\b|\btrend(?:s|ing)?\b|\bevolution\b|\btime ?series\b"),
        lambda _match: None,
    ),
)

_COMPARED = r"(?:compared? (?:to|with)|vs\.?|versus|against|relative to|over)"
_MORE = r"grow|grew|grown|growth|increased?|rise|rose|risen"
_LESS = r"decreased?|declined?|dropped|fell|fallen"
_CHANGES = (
    re.compile(r"\b(?:go|goes|going|gone|went) (?:up|down)\b"),
    re.compile(rf"\b(?:changed?|{_MORE}|{_LESS})\b"),
)
_COMPARISONS = (
    re.compile(
        rf"\b{_COMPARED} (?:the )?(?:same )?(?:previous|prior|last|preceding)"
        rf"(?: (?:period|(?P<n>\d+) (?:{UNITS})|{UNITS})s?)?\b"
    ),
    re.compile(rf"\b{_COMPARED} (?:the )?(?:period|{UNITS}) before\b"),
    re.compile(rf"\b(?P<unit>{UNITS}) (?:over|on) (?P=unit)\b|\b(?:dod|wow|mom|qoq)\b"),
    *_CHANGES,
)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What was read, and the tokens (half-open) that it explains."""

    value: T
    first: int
    end: int


def find_period(
    tokens: Sequence[Token], calendar: Calendar, taken: Container[int] = ()
) -> Found[Period] | None:
    """The first period that the words name, by the order of the rules."""
    text, starts = _joined(tokens, taken)
    for pattern, reader in RULES:
        for match in pattern.finditer(text):
            period = _read(reader, match, calendar) if _is_aligned(match, text) else None
            if period is not None:
                return Found(period, *_tokens(match, starts))
    return None


def find_grain(tokens: Sequence[Token], taken: Container[int] = ()) -> Found[Unit | None] | None:
    """A grain ("per week"), or a trend that leaves it open ("over time": value None)."""
    text, starts = _joined(tokens, taken)
    for pattern, unit_of in _GRAINS:
        match = pattern.search(text)
        if match:
            return Found(unit_of(match), *_tokens(match, starts))
    return None


def find_comparison(tokens: Sequence[Token], taken: Container[int] = ()) -> Found[str] | None:
    """A wish to compare with the period before; the value is its wording."""
    text, starts = _joined(tokens, taken)
    for pattern in _COMPARISONS:
        match = pattern.search(text)
        if match:
            return Found(match[0], *_tokens(match, starts))
    return None


def is_change(wording: str) -> bool:
    """Whether a comparison is worded by a verb: grown, fallen, went up."""
    return any(pattern.fullmatch(wording) for pattern in _CHANGES)


def _read(reader: Reader, match: re.Match[str], calendar: Calendar) -> Period | None:
    try:
        return reader(match, calendar)
    except (ValueError, OverflowError, InvalidQuery):  # 31 April, or outside the calendar
        return None


def _joined(tokens: Sequence[Token], taken: Container[int]) -> tuple[str, list[int]]:
    """Words with single spaces and where each starts; quoted, explained and paths are blank."""
    words = [
        "\x00" if token.quoted or token.is_path or i in taken else token.word
        for i, token in enumerate(tokens)
    ]
    starts, offset = [], 0
    for word in words:
        starts.append(offset)
        offset += len(word) + 1
    return " ".join(words), starts


def _is_aligned(match: re.Match[str], text: str) -> bool:
    """Whether the match covers whole words: the 2015 of v2015.3 is not a year."""
    return _is_edge(text, match.start() - 1) and _is_edge(text, match.end())


def _is_edge(text: str, index: int) -> bool:
    return not 0 <= index < len(text) or text[index] == " "


def _tokens(match: re.Match[str], starts: list[int]) -> tuple[int, int]:
    first = max(i for i, start in enumerate(starts) if start <= match.start())
    end = max(i for i, start in enumerate(starts) if start < match.end()) + 1
    return first, end
