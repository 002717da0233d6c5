"""Contexts worked out once for all events that give the same reasons for them.

The events of a visit name the same browser, page and place in the same properties. Which of an
event's properties matter is remembered by the list of their names, the context by their values.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from ingest.protocols import numbers
from ingest.protocols.context_places import Table, take_context
from ingest.protocols.event import Object

MAX_LAYOUTS = 512
MAX_CONTEXTS = 4_096
# What has more is read without being remembered: full memories have some 40 MB at most.
MAX_NAMES = 256
MAX_VALUES_BYTES = 2_048

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(list[Any], float_hook=numbers.exact).decode


class _Layout(NamedTuple):
    """Which of an event's properties say something of its context, and which go nowhere."""

    names: tuple[str, ...]
    dropped: tuple[str, ...]


class RememberedContext:
    """Takes contexts, as JSON, out of properties.

    `dropped` are properties that go nowhere, `default` what a context holds that does not say so
    itself.
    """

    def __init__(
        self, table: Table, dropped: Iterable[str] = (), default: Object | None = None
    ) -> None:
        self._table = table
        self._names = frozenset(name for name, _, _ in table)
        self._dropped = frozenset(dropped)
        self._default = default or {}
        self._remembered_layout = lru_cache(MAX_LAYOUTS)(self._layout)
        self._remembered = lru_cache(MAX_CONTEXTS)(self._read)

    def take(self, properties: Object) -> msgspec.Raw:
        """Also removes the dropped properties."""
        listed = tuple(properties)
        layout = (self._remembered_layout if len(listed) <= MAX_NAMES else self._layout)(listed)
        names, dropped = layout
        values = _encode([*map(properties.pop, names)])
        for name in dropped:
            del properties[name]
        read = self._remembered if len(values) <= MAX_VALUES_BYTES else self._read
        context, unused = read(names, values)
        if unused:
            properties.update(unused)
        return context

    def _layout(self, listed: tuple[str, ...]) -> _Layout:
        return _Layout(
            tuple(name for name in listed if name in self._names),
            tuple(name for name in listed if name in self._dropped),
        )

    def _read(self, names: tuple[str, ...], values: bytes) -> tuple[msgspec.Raw, Object]:
        """The context, and those of the values that it did not take."""
        properties = dict(zip(names, _decode(values), strict=True))
        context: Object = {}
        take_context(properties, self._table, context)
        return msgspec.Raw(_encode(self._default | context)), properties
