"""JSON that a decoder refuses, taken apart by its brackets alone: linear, without recursion."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_ARRAY = re.compile(rb"\s*:\s*\[")
_TEXT = re.compile(rb'\s*:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")


class Split(NamedTuple):
    """Elements of the array, and the body with that array emptied."""

    elements: list[bytes]
    remainder: bytes


class Nesting(NamedTuple):
    """The deepest place: how deep, at which byte, under which member of the outermost object."""

    depth: int
    position: int
    field: str


def split(body: bytes, key: str) -> Split | None:
    """Cut the array under the top-level `key` into its elements.

    For bodies that a JSON decoder refuses as a whole because one event is malformed or nested too
    deeply. None if there is no such array, or several, or if the brackets do not pair up.
    """
    starts = array_starts(body, key)
    if len(starts) != 1:
        return None
    position = first = starts[0]
    elements: list[bytes] = []
    for token, depth in _tokens(body, first):
        kind = _kind(token)
        if depth == 0 and (kind in _CLOSING or kind == ord(",")):
            elements.append(body[position : token.start()].strip())
            position = token.end()
            if kind in _CLOSING:
                return Split(_without_empty(elements), body[:first] + body[token.start() :])
    return None


def array_starts(body: bytes, key: str) -> list[int]:
    """Where the arrays under the top-level `key` begin, behind their brackets."""
    name = b'"%s"' % key.encode()
    return [
        array.end()
        for token, depth in _tokens(body)
        if depth == 1 and token[0] == name and (array := _ARRAY.match(body, token.end()))
    ]


def text_member(data: bytes, key: str) -> str:
    """The text under the top-level `key`, with its escapes as they are; '' if there is none."""
    name = b'"%s"' % key.encode()
    for token, depth in _tokens(data):
        if depth == 1 and token[0] == name and (text := _TEXT.match(data, token.end())):
            return text[1].decode(errors="replace")
    return ""


def deepest(data: bytes) -> Nesting:
    found, name = Nesting(0, 0, ""), b'""'
    is_object = data.lstrip()[:1] == b"{"
    for token, depth in _tokens(data):
        if _kind(token) in _OPENING:
            if depth + 1 > found.depth:
                field = name[1:-1].decode(errors="replace")
                found = Nesting(depth + 1, token.start(), field)
        elif depth == 1 and is_object and token[0].startswith(b'"'):
            name = token[0]
    return found


def _tokens(data: bytes, start: int = 0) -> Iterator[tuple[re.Match[bytes], int]]:
    """Strings, brackets and commas, and how many brackets are open around each.

    A bracket that closes more than `start` has seen open stands at depth 0.
    """
    depth = 0
    for token in _TOKEN.finditer(data, start):
        kind = _kind(token)
        if kind in _CLOSING and depth:
            depth -= 1
            yield token, depth + 1
            continue
        yield token, depth
        if kind in _OPENING:
            depth += 1


def _kind(token: re.Match[bytes]) -> int:
    """Its first byte."""
    return token[0][0]


def _without_empty(elements: list[bytes]) -> list[bytes]:
    """`[]` has no element, but a comma too many leaves one that is refused by name."""
    return [] if elements == [b""] else elements
