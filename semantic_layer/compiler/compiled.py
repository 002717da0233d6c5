"""What a compiler hands on: SQL over documented tables, without tenant filter or limits."""

from dataclasses import dataclass, field

from semantic_layer.results import Column


@dataclass(frozen=True)
class Compiled:
    """`sql` still has to pass the guard. `columns` describe its result, in order.

    `max_rows` is the page size of a list. `wall_clock` names the columns that hold local times.
    """

    sql: str
    columns: tuple[Column, ...]
    warnings: tuple[str, ...] = ()
    wall_clock: frozenset[str] = field(default_factory=frozenset)
    max_rows: int | None = None
