"""What a statement may do, and how a refusal reads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from warehouse.sql_policy.functions import PURE
from warehouse.sql_policy.grammar import Node


class TableName(NamedTuple):
    """A table as written; `database` is None when the statement did not name one."""

    database: str | None
    table: str

    def __str__(self) -> str:
        return self.table if self.database is None else f"{self.database}.{self.table}"


class PolicyViolation(Exception):  # noqa: N818 - the name of the event, as in "a policy violation"
    """A statement was refused. `reason` is one sentence for the person who wrote the statement."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class TableReference:
    """One use of a real table (never a CTE).

    `holder[key]` is the place in the tree to overwrite: a `TableExpression` node and its
    `database_and_table_name`, or the argument list of an `IN` and the position 1.
    """

    name: TableName
    alias: str | None
    holder: Node | list[Node] = field(compare=False, repr=False)
    key: str | int = field(compare=False, repr=False)


@dataclass(frozen=True)
class Policy:
    """An allow-list of everything a statement can reach.

    `tables` decides about each table, `reserved` about names that a WITH may not take; function
    names are lower-case. `settings`, `formats` and `parameters` open clauses that are closed to
    written SQL but needed by drivers.
    """

    tables: Callable[[TableName], bool]
    functions: frozenset[str] = PURE
    table_functions: frozenset[str] = frozenset(
        {"numbers", "zeros", "generateseries", "generate_series", "values"}
    )
    reserved: Callable[[str], bool] = lambda _name: False
    settings: frozenset[str] = frozenset()
    formats: bool = False
    parameters: bool = False
    explain: frozenset[str] = frozenset()
    max_depth: int = 300
    max_nodes: int = 20_000
