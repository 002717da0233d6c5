"""The words that a question may use: names, labels and synonyms of everything in the catalogue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from ai_sql.text import Token, phrase
from semantic_layer.catalogue import Catalogue

# difflib's ratio: one wrong letter in a word of six gives 0.83.
SPELLING_CUTOFF = 0.82


class Kind(StrEnum):
    """What a phrase stands for. The order is the priority when one phrase has several meanings."""

    METRIC = "metric"
    DIMENSION = "dimension"
    VALUE = "value"


PRIORITY = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Entity:
    """A metric, a dimension, or a value; `name` of a value is its dimension."""

    kind: Kind
    name: str
    label: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """Tokens `first:end` of a question that name one of `entities`, the likeliest first."""

    entities: tuple[Entity, ...]
    first: int
    end: int

    @property
    def best(self) -> Entity:
        """The meaning taken unless the context says otherwise."""
        return self.entities[0]


class Lexicon:
    """Longest-match look-up of phrases, compared by stems."""

    def __init__(self, entries: Iterable[tuple[str, Entity]]) -> None:
        self._entities: dict[tuple[str, ...], list[Entity]] = {}
        self._texts: dict[str, str] = {}
        for text, entity in entries:
            stems = phrase(text)
            known = self._entities.setdefault(stems, [])
            if stems and entity not in known:
                known.append(entity)
                self._texts.setdefault(" ".join(stems), text)
        for known in self._entities.values():
            known.sort(key=lambda entity: PRIORITY[entity.kind])
        self._longest = max(map(len, self._entities), default=0)

    def spelt_like(self, word: str, limit: int) -> list[str]:
        """Known texts whose spelling is close to `word`, the closest first."""
        spelling = " ".join(phrase(word))
        near = get_close_matches(spelling, self._texts, limit, SPELLING_CUTOFF)
        return [self._texts[each] for each in near]

    def lookup(self, stems: Sequence[str]) -> tuple[Entity, ...]:
        """Entities of exactly these stems."""
        return tuple(self._entities.get(tuple(stems), ()))

    def tag(self, tokens: Sequence[Token], taken: Iterable[int] = ()) -> list[Tag]:
        """Tags of all named things, the longest at each place; `taken` tokens are left out."""
        blocked, tags, first = set(taken), [], 0
        while first < len(tokens):
            tag = None if first in blocked else self._longest_at(tokens, first, blocked)
            if tag:
                tags.append(tag)
            first = tag.end if tag else first + 1
        return tags

    def _longest_at(self, tokens: Sequence[Token], first: int, blocked: set[int]) -> Tag | None:
        stems: list[str] = []
        best: Tag | None = None
        for end in range(first, len(tokens)):
            stems.extend(tokens[end].stems)
            if end in blocked or len(stems) > self._longest:
                break
            if entities := self.lookup(stems):
                best = Tag(entities, first, end + 1)
        return best


def lexicon_of(catalogue: Catalogue, values: Iterable[tuple[str, str, str]]) -> Lexicon:
    """Words of the catalogue and of the `(dimension, value, spoken form)` seen in the data."""
    entries: list[tuple[str, Entity]] = []
    for kind, named in (
        (Kind.METRIC, catalogue.metrics.values()),
        (Kind.DIMENSION, catalogue.dimensions.values()),
    ):
        for each in named:
            entity = Entity(kind, each.name, each.label)
            entries += [(text, entity) for text in (each.name, each.label, *each.synonyms)]
    for dimension, value, spoken in values:
        entries.append((spoken, Entity(Kind.VALUE, dimension, spoken, value)))
    return Lexicon(entries)
