"""Cut a question into explained spans; what is left over is not understood."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ai_sql.dates import (
    Calendar,
    Period,
    find_comparison,
    find_grain,
    find_period,
    is_change,
)
from ai_sql.dates.rules import UNITS
from ai_sql.lexicon import Entity, Kind, Lexicon, Tag
from ai_sql.rankings import Ranking, find_ranking
from ai_sql.text import Token, tokenize
from ai_sql.vocabulary import (
    AVERAGE,
    CONTAINS,
    EQUALS,
    FILLERS,
    LISTS,
    NEGATIONS,
    OF,
    OTHERS,
    STARTS,
    SUMS,
    UNIQUE,
)
from semantic_layer.queries import Unit

PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one dimension, as in a semantic query."""

    field: str
    op: str
    value: str
    also: tuple[str, ...] = ()
    """Other dimensions that hold the same value: the reading not taken."""


@dataclass(slots=True)
class Reading:
    """Everything that was recognised in one question."""

    tokens: tuple[Token, ...]
    tags: list[Tag] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    period: Period | None = None
    other_period: Period | None = None
    grain: Unit | None = None
    is_trend: bool = False
    is_compared: bool = False
    is_change: bool = False
    """Compared by a verb, "did it grow": the two ends of the period may be what is compared."""
    compared_unit: Unit | None = None
    compared_count: int | None = None
    """The 7 of "the previous 7 days"."""
    ranking: Ranking | None = None
    is_averaged: bool = False
    is_list: bool = False
    taken: set[int] = field(default_factory=set)

    def named(self, kind: Kind) -> list[Tag]:
        """Tags whose likeliest meaning is of `kind`, in order."""
        return [tag for tag in self.tags if tag.best.kind is kind]

    def unexplained(self) -> list[str]:
        """Words that nothing accounts for."""
        return [
            token.text
            for i, token in enumerate(self.tokens)
            if i not in self.taken and (token.quoted or token.word not in FILLERS)
        ]

    def take(self, first: int, end: int) -> None:
        """Mark the tokens of a span as explained."""
        self.taken.update(range(first, end))


def read(question: str, lexicon: Lexicon, calendar: Calendar) -> Reading:
    """Tag a question. Names come before grains: "daily active users" is a metric."""
    reading = Reading(tokenize(question))
    _explicit_filters(reading, lexicon)
    _names(reading, lexicon)
    _comparison(reading)
    _periods(reading, calendar)
    _grain(reading)
    _ranking(reading)
    _double_meanings(reading)
    _words(reading)
    return reading


def _names(reading: Reading, lexicon: Lexicon) -> None:
    value_end = -1
    for tag in lexicon.tag(reading.tokens, reading.taken):
        if _is_code(tag) and not reading.tokens[tag.first].text.isupper():
            continue
        if tag.best.kind is Kind.VALUE:
            reading.filters.append(_value_filter(reading, tag))
            value_end = tag.end
        elif not (tag.first == value_end and tag.best.name == reading.filters[-1].field):
            reading.tags.append(tag)  # the devices of "mobile devices" are part of the filter
        reading.take(tag.first, tag.end)


def _is_code(tag: Tag) -> bool:
    """Two-letter values (IN, IT, US) are words of English unless written in capitals."""
    return tag.best.kind is Kind.VALUE and tag.end - tag.first == 1 and len(tag.best.label) == 2


def _value_filter(reading: Reading, tag: Tag) -> Filter:
    """A value found in the data; its dimension may stand just before ("browser is Chrome")."""
    before = _before(reading, tag.first)
    dimension = next((t for t in reading.named(Kind.DIMENSION) if t.end == before), None)
    values = [entity for entity in tag.entities if entity.kind is Kind.VALUE]
    chosen = next((e for e in values if dimension and e.name == dimension.best.name), values[0])
    if dimension and chosen.name == dimension.best.name:
        reading.tags.remove(dimension)
    negated = _is_negated(reading, tag.first)
    also = tuple(e.name for e in values if e.name != chosen.name) if not dimension else ()
    return Filter(chosen.name, "neq" if negated else "eq", chosen.value or "", also)


def _before(reading: Reading, first: int) -> int:
    """Index after the last word before `first` that is not "is", "equals", "not" and the like."""
    while first > 0 and reading.tokens[first - 1].word in EQUALS | NEGATIONS:
        first -= 1
    return first


def _is_negated(reading: Reading, first: int) -> bool:
    start = first
    while start > 0 and reading.tokens[start - 1].word in EQUALS | NEGATIONS | {
        "from",
        "in",
        "on",
        "the",
        "other",
    }:
        start -= 1
    negations = [i for i in range(start, first) if reading.tokens[i].word in NEGATIONS]
    reading.taken.update(negations)
    return bool(negations)


def _explicit_filters(reading: Reading, lexicon: Lexicon) -> None:
    """Quoted values and paths need not be known; their dimension may be named before them."""
    for i, token in enumerate(reading.tokens):
        if i in reading.taken or not (token.quoted or token.word.startswith("/")):
            continue
        known = [
            entity
            for entity in lexicon.lookup(token.stems)
            if entity.kind is Kind.VALUE and token.quoted
        ]
        start, op = _operator(reading.tokens, i)
        dimension = _dimension_ending_at(reading.tokens, start, lexicon)
        if dimension:
            name, first = dimension
        elif token.word.startswith("/"):
            name, first = "path", start
        elif known:
            name, first = known[0].name, start
        else:
            continue
        reading.filters.append(Filter(name, op, token.text))
        reading.take(first, i + 1)


def _operator(tokens: Sequence[Token], i: int) -> tuple[int, str]:
    """Operator in the words just before token `i`, and where it starts."""
    start, op, negated = i, "eq", False
    while start > 0 and tokens[start - 1].word in EQUALS | NEGATIONS | CONTAINS | STARTS | {"with"}:
        word = tokens[start - 1].word
        negated = negated or word in NEGATIONS
        op = "contains" if word in CONTAINS else "starts_with" if word in STARTS else op
        start -= 1
    if negated:
        op = "not_contains" if op == "contains" else "neq"
    return start, op


def _dimension_ending_at(
    tokens: Sequence[Token], end: int, lexicon: Lexicon
) -> tuple[str, int] | None:
    for first in range(max(0, end - 3), end):
        stems = [stem for token in tokens[first:end] for stem in token.stems]
        for entity in lexicon.lookup(stems):
            if entity.kind is Kind.DIMENSION:
                return entity.name, first
    return None


def _comparison(reading: Reading) -> None:
    while found := find_comparison(reading.tokens, reading.taken):
        reading.is_compared = True
        reading.is_change = reading.is_change or is_change(found.value)
        words = re.findall(UNITS, found.value)
        if words:
            reading.compared_unit = Unit(words[0])
        if count := re.search(r"\d+", found.value):
            reading.compared_count = int(count[0])
        reading.take(found.first, found.end)


def _periods(reading: Reading, calendar: Calendar) -> None:
    """The period asked for, and a second one after "versus"."""
    found = find_period(reading.tokens, calendar, reading.taken)
    if not found:
        return
    reading.take(found.first, found.end)
    reading.period = found.value
    other = find_period(reading.tokens, calendar, reading.taken)
    if other:
        first, second = sorted((found, other), key=lambda f: f.first)
        reading.take(other.first, other.end)
        reading.period, reading.other_period = first.value, second.value
    elif reading.is_change:
        _split_in_two(reading, found.value, calendar)


def _split_in_two(reading: Reading, period: Period, calendar: Calendar) -> None:
    """ "Changed from October to November" compares November with October."""
    second = calendar.shift(period.start, period.unit, 1)
    if not period.last and calendar.shift(second, period.unit, 1) == period.end:
        reading.other_period = calendar.unit_of(period.start, period.unit)
        reading.period = calendar.unit_of(second, period.unit)


def _grain(reading: Reading) -> None:
    while found := find_grain(reading.tokens, reading.taken):
        reading.is_trend = True
        reading.grain = reading.grain or found.value
        reading.take(found.first, found.end)


def _ranking(reading: Reading) -> None:
    reading.ranking = find_ranking(reading.tokens, reading.taken)
    if reading.ranking:
        reading.grain = reading.grain or reading.ranking.unit
        reading.taken |= reading.ranking.taken


def _double_meanings(reading: Reading) -> None:
    """The events of "top events" and of "people by event" are a dimension, else a metric."""
    for i, tag in enumerate(reading.tags):
        dimension = next((e for e in tag.entities if e.kind is Kind.DIMENSION), None)
        if tag.best.kind is not Kind.METRIC or not dimension:
            continue
        others = {other.best.kind for other in reading.tags if other is not tag}
        is_ranked = _is_ranked(reading, tag) and Kind.DIMENSION not in others
        is_grouped = _is_grouped(reading, tag) and Kind.METRIC in others
        if is_ranked or is_grouped:
            reading.tags[i] = replace(tag, entities=(dimension,))


def _is_ranked(reading: Reading, tag: Tag) -> bool:
    ranking = reading.ranking
    return ranking is not None and ranking.unit is None and tag.first - 1 in ranking.taken


def _is_grouped(reading: Reading, tag: Tag) -> bool:
    return tag.first > 0 and reading.tokens[tag.first - 1].word in {"by", "per", "each"}


def _words(reading: Reading) -> None:
    """Single words that carry a form: average, versus, list."""
    for i, token in enumerate(reading.tokens):
        if i in reading.taken or token.quoted:
            continue
        reading.is_averaged = reading.is_averaged or token.word in AVERAGE
        reading.is_list = reading.is_list or token.word in LISTS
        reading.is_compared = reading.is_compared or token.word in OTHERS
        if token.word in AVERAGE | LISTS | OTHERS or _goes_without_saying(reading, i):
            reading.taken.add(i)


def _goes_without_saying(reading: Reading, i: int) -> bool:
    """The "who" of "people who signed up"; the "sum of" a total; whoever is counted was active."""
    word = reading.tokens[i].word
    is_about_people = any(tag.best.name == PEOPLE for tag in reading.tags)
    following = next((tag.best for tag in reading.tags if tag.first > i), None)
    between = [token.word for token in reading.tokens[i + 1 : _first_after(reading, i)]]
    if word in {"who", "where"}:
        return i - 1 in reading.taken
    if word in SUMS:
        return following is not None and following.kind is Kind.METRIC and set(between) <= OF
    if word in UNIQUE:
        return following is not None and following.name == PEOPLE and not between
    return word == "active" and is_about_people


def _first_after(reading: Reading, i: int) -> int:
    return next((tag.first for tag in reading.tags if tag.first > i), len(reading.tokens))


def entities(tags: Iterable[Tag]) -> list[Entity]:
    """The likeliest meaning of each tag, without repeats."""
    return list(dict.fromkeys(tag.best for tag in tags))
