"""Normalise a question and cut it into tokens with their places in the original text."""

import re
import unicodedata
from dataclasses import dataclass

# A word may hold what identifiers, paths, dates and URLs are made of: order_completed, /pricing.
_TOKEN = re.compile(
    r"""
    "(?P<double>[^"]*)" | '(?P<single>[^']+)'(?=\W|$) | `(?P<back>[^`]*)`
    | (?P<word>/[^\s,?!;"]* | [^\W_](?:[\w./:\-]*\w)? )
    """,
    re.VERBOSE,
)
_TYPOGRAPHIC = {"\u201c\u201d\u201e\u00ab\u00bb": '"', "\u2018\u2019": "'", "\u2013\u2014": "-"}
_QUOTES = {ord(mark): plain for marks, plain in _TYPOGRAPHIC.items() for mark in marks}
_POSSESSIVE = re.compile(r"(?<=\w)'s\b", re.IGNORECASE)

# English plural endings; a stem only has to be the same for both forms, not a dictionary word.
_PLURALS = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"))


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, path or quoted value of a question."""

    text: str
    """As written, quotes removed."""
    word: str
    """Case-folded."""
    stems: tuple[str, ...]
    """Singulars of the parts of `word`; lexicon and question are compared by them."""
    quoted: bool = False

    @property
    def is_path(self) -> bool:
        """Whether it is written as the path of a page: /pricing."""
        return not self.quoted and self.word.startswith("/")


def stem(word: str) -> str:
    """Singular form of an English word, by its ending: countries → country, sessions → session."""
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, replacement in _PLURALS:
        if word.endswith(ending):
            return word[: -len(ending)] + replacement
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def tokenize(question: str) -> tuple[Token, ...]:
    """Tokens of a question in order; quoted spans stay whole and keep their case in `text`."""
    text = unicodedata.normalize("NFKC", question).translate(_QUOTES)
    text = _POSSESSIVE.sub("", text)
    return tuple(_token(match) for match in _TOKEN.finditer(text))


def phrase(text: str) -> tuple[str, ...]:
    """Stems of a name or synonym, cut as a question is; underscores and hyphens separate words."""
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", text.casefold()))


def _token(match: re.Match[str]) -> Token:
    for group in ("double", "single", "back"):
        value = match.group(group)
        if value is not None:
            return Token(value, value.casefold(), phrase(value), quoted=True)
    text = match.group("word")
    return Token(text, text.casefold(), phrase(text))
