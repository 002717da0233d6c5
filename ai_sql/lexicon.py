"""The words that a question may use: names, labels and synonyms of everything in the catalogue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ai_sql.text import Token, phrase


class Kind(StrEnum):
    """What a phrase stands for. The order is the priority when one phrase has several meanings."""

    METRIC = "metric"
    DIMENSION = "dimension"
    VALUE = "value"


PRIORITY = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Entity:
    """A documented thing: a metric, a dimension, or a value of a dimension (`name` is then the dimension)."""

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
        for text, entity in entries:
            known = self._entities.setdefault(phrase(text), [])
            if phrase(text) and entity not in known:
                known.append(entity)
        for known in self._entities.values():
            known.sort(key=lambda entity: PRIORITY[entity.kind])
        self._longest = max(map(len, self._entities), default=0)

    def phrases(self) -> list[str]:
        """Every phrase as one string of stems; typing errors are compared with them."""
        return [" ".join(stems) for stems in self._entities]

    def lookup(self, stems: Sequence[str]) -> tuple[Entity, ...]:
        """Entities of exactly these stems."""
        return tuple(self._entities.get(tuple(stems), ()))

    def tag(self, tokens: Sequence[Token], taken: Iterable[int] = ()) -> list[Tag]:
        """Tags of all named things, longest first at each place; `taken` tokens are explained already."""
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
