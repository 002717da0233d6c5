"""Find a wish for the first of a list: "top 5 pages", "which day had the most sessions"."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from ai_sql.dates.rules import NUMBER_WORDS, UNITS, number
from ai_sql.text import Token
from semantic_layer.queries import Unit

DEFAULT_TOP = 10

_N = rf"(?:\d{{1,4}}|{NUMBER_WORDS})"
_MOST = (
    r"(?:top|best|most|highest|biggest|largest|greatest|leading|popular|busiest|peak|strongest"
    r"|frequent|frequently|often|common)"
)
_LEAST = (
    r"(?:bottom|worst|least|lowest|smallest|fewest|rarest|rarely|slowest|quietest|weakest|calmest)"
)
_ADJECTIVE = rf"(?: (?:{_MOST}|{_LEAST}|active|used|viewed|visited))?"
# A pattern, and whether the highest come first; the forms with a number are tried before the rest.
_RANKINGS: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern), descending)
    for word, descending in ((_LEAST, False), (_MOST, True))
    for pattern in (
        rf"\b{word} {_N}\b{_ADJECTIVE}",
        rf"\b{_N} {word}\b{_ADJECTIVE}",
        rf"\b{word}\b{_ADJECTIVE}",
    )
)
_COUNT = re.compile(rf"\b{_N}\b")
# Days, weeks and the like that are ranked: "busiest days", "which 3 days had the most".
_RANKED_AFTER = re.compile(rf" (?P<unit>{UNITS})(?P<plural>s?)(?= |$)")
_RANKED_BEFORE = re.compile(
    rf"(?:^| )(?:which|what) (?:{_N} )?(?P<unit>{UNITS})(?P<plural>s?)(?= |$)"
)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first `limit` of a list; `unit` is set when stretches of time are ranked."""

    limit: int
    descending: bool
    unit: Unit | None
    taken: frozenset[int]
    """The tokens that say so."""


def find_ranking(tokens: Sequence[Token], taken: Container[int]) -> Ranking | None:
    """The first wish of this kind in the words that nothing has explained yet."""
    text = " ".join("\x00" if i in taken else token.word for i, token in enumerate(tokens))
    for pattern, descending in _RANKINGS:
        match = pattern.search(text)
        if match:
            return _ranking(text, match, descending)
    return None


def _ranking(text: str, match: re.Match[str], descending: bool) -> Ranking:
    ranked = _RANKED_AFTER.match(text, match.end()) or _RANKED_BEFORE.search(text, 0, match.start())
    spans = [match, ranked] if ranked else [match]
    counts = [count for span in spans for count in _COUNT.findall(span[0])]
    is_one = ranked is not None and not ranked["plural"]
    return Ranking(
        limit=max(1, number(counts[0])) if counts else 1 if is_one else DEFAULT_TOP,
        descending=descending,
        unit=Unit(ranked["unit"]) if ranked else None,
        taken=frozenset(i for span in spans for i in _token_numbers(text, span)),
    )


def _token_numbers(text: str, match: re.Match[str]) -> range:
    words = match[0].strip()
    first = text.count(" ", 0, match.start() + match[0].index(words))
    return range(first, first + words.count(" ") + 1)
