"""Tokens of ClickHouse SQL as bytes, so that identifiers and literals need not be UTF-8.

Only what the gateway must find in a statement is told apart: comments, strings, quoted identifiers,
words and punctuation. Whether a statement is *valid* is for ClickHouse's own parser to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    rb"""
      (?P<space>   (?:\s|\xc2\xa0|\xe2\x80[\x80-\x8b\xa8\xa9\xaf]|\xef\xbb\xbf)+
                 | (?:--|//|\#[ !])[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<heredoc> (?P<tag>\$\w*\$).*?(?P=tag) )
    | (?P<string>  '(?:[^'\\]|\\.|'')*' | \xe2\x80\x98.*?\xe2\x80\x99 )
    | (?P<quoted>  `(?:[^`\\]|\\.|``)*` | "(?:[^"\\]|\\.|"")*" | \xe2\x80\x9c.*?\xe2\x80\x9d )
    | (?P<word>    [A-Za-z_\x80-\xff][\w$\x80-\xff]* )
    | (?P<number>  \d[\w.]* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Kind(Enum):
    STRING = "string"
    HEREDOC = "heredoc"
    QUOTED = "quoted"
    WORD = "word"
    NUMBER = "number"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: bytes
    start: int
    end: int
    depth: int
    """How many brackets are open around the token; a bracket itself has the depth outside it."""

    def is_word(self, *words: bytes) -> bool:
        return self.kind is Kind.WORD and self.text.upper() in words


def tokens(sql: bytes, start: int = 0) -> Iterator[Token]:
    """Every token of `sql` from byte `start`, without spaces and comments."""
    depth = 0
    for match in _TOKEN.finditer(sql, start):
        name = match.lastgroup if match.lastgroup != "tag" else "heredoc"
        if name == "space" or name is None:
            continue
        text = match.group()
        if text in (b")", b"]", b"}"):
            depth -= 1
        yield Token(Kind(name), text, match.start(), match.end(), depth)
        if text in (b"(", b"[", b"{"):
            depth += 1


def quote_string(value: bytes) -> bytes:
    """`value` as a ClickHouse string literal; bytes that are not UTF-8 pass unchanged."""
    return b"'" + value.replace(b"\\", b"\\\\").replace(b"'", b"\\'") + b"'"


def quote_identifier(name: bytes) -> bytes:
    return b"`" + name.replace(b"\\", b"\\\\").replace(b"`", b"\\`") + b"`"
