"""The guard: every statement passes it, those of our own compilers too.

ClickHouse parses the statement, the policy walks the tree, each table is replaced by the project's
rows, and ClickHouse prints the tree again. The *printed* text is what runs, so nothing that the
policy did not see can take effect.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from semantic_layer.catalogue import DOCUMENTED_DATABASE, Catalogue, Model, near
from semantic_layer.errors import Forbidden
from semantic_layer.rewriting import cap_rows, narrow
from warehouse.sql_policy import Policy, PolicyViolation, TableName, check
from warehouse.sql_policy.grammar import Node

MAX_SQL_LENGTH = 200_000
CACHED_STATEMENTS = 500


class Parser(Protocol):
    """ClickHouse's own parser and printer."""

    async def parse(self, sql: str) -> Node:
        """Raises MalformedSql, or Forbidden for what cannot be shown as a tree."""
        ...

    async def print(self, ast: Node) -> str: ...


@dataclass(frozen=True)
class Guarded:
    """A statement that may run. It returns `max_rows` rows at most, and one that tells of more."""

    sql: str
    max_rows: int
    tables: frozenset[str]


class Guard:
    def __init__(self, catalogue: Catalogue, parser: Parser) -> None:
        self._catalogue = catalogue
        self._parser = parser
        self._policy = Policy(self._is_documented, reserved=catalogue.models.__contains__)
        self._passed: OrderedDict[Hashable, Guarded] = OrderedDict()

    async def apply(self, sql: str, project_id: str, max_rows: int) -> Guarded:
        """Raises Forbidden with the reason, or MalformedSql."""
        key = (sql, project_id, max_rows)
        if key not in self._passed:
            self._passed[key] = await self._apply(sql, project_id, max_rows)
            if len(self._passed) > CACHED_STATEMENTS:
                self._passed.popitem(last=False)
        self._passed.move_to_end(key)
        return self._passed[key]

    def columns_near(self, name: str, guarded: Guarded) -> list[str]:
        """Columns of the statement's tables that are spelt like `name`, which may be qualified."""
        tables = [self._catalogue.models[table] for table in sorted(guarded.tables)]
        return near(name.rpartition(".")[2], [name for table in tables for name in table.columns])

    async def _apply(self, sql: str, project_id: str, max_rows: int) -> Guarded:
        if len(sql) > MAX_SQL_LENGTH:
            raise Forbidden(f"the statement is longer than {MAX_SQL_LENGTH} characters")
        ast = await self._parser.parse(sql)
        try:
            references = check(ast, self._policy)
            models = [self._model(reference.name) for reference in references]
            narrow(ast, zip(references, models, strict=True), project_id)
            capped = cap_rows(ast, max_rows + 1)
        except PolicyViolation as violation:
            raise Forbidden(violation.reason) from None
        except ValueError as error:
            raise Forbidden(str(error)) from None
        tables = frozenset(model.name for model in models)
        return Guarded(await self._parser.print(capped), max_rows, tables)

    def _is_documented(self, name: TableName) -> bool:
        database = name.database or DOCUMENTED_DATABASE
        return database == DOCUMENTED_DATABASE and name.table in self._catalogue.models

    def _model(self, name: TableName) -> Model:
        return self._catalogue.models[name.table]
