"""Which columns a model's columns are made of, read from its compiled SQL with sqlglot.

dagster-dbt's own `fetch_column_metadata` opens an adapter in the worker (2 CPU-s a run), describes
every model and its parents, and stops at a tuple's element (`run.1`), which ClickHouse writes with
a dot. What is read here is the same for the whole project in 3 CPU-s, once a change.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlglot import exp, parse_one
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

DIALECT = "clickhouse"
# A count of rows names no column: it is booked to the id that tells the rows apart, finest first.
COUNTED = ("event_id", "session_id", "person_id", "distinct_id", "load_id", "project_id")

Column = tuple[str, str]
"""(`database.table`, column)"""
ColumnLineage = dict[str, list[Column]]
"""The sorted columns that each column is made of; none for a constant or the time of the build."""


def column_lineage(
    sql: str, columns: Sequence[str], tables: Mapping[str, Sequence[str]]
) -> ColumnLineage:
    """Lineage of `columns` of a SELECT. `tables` has the columns of what it reads, by name.

    Raises `sqlglot.errors.SqlglotError` for SQL that sqlglot cannot read.
    """
    query = parse_one(sql, dialect=DIALECT)
    _join_tuple_elements(query)
    query = qualify(
        query,
        schema=_schema(tables),
        dialect=DIALECT,
        validate_qualify_columns=False,
        quote_identifiers=False,
    )
    scope = build_scope(query)
    assert scope is not None  # a SELECT, as every model is
    for part in scope.traverse():
        _name_counted_rows(part, tables)
    nodes = lineage(None, query, schema={}, scope=scope, dialect=DIALECT, copy=False)
    rows = _counted_rows(query, tables)
    return {column: _sources(nodes.get(column), rows) for column in columns}


def _schema(tables: Mapping[str, Sequence[str]]) -> MappingSchema:
    schema = MappingSchema(dialect=DIALECT)
    for name, columns in tables.items():
        schema.add_table(name, dict.fromkeys(columns, "String"), dialect=DIALECT)
    return schema


def _join_tuple_elements(query: exp.Expr) -> None:
    """`run.1` is the first element of `run`, and no column 1 of a table."""
    for column in list(query.find_all(exp.Column)):
        if column.name.isdigit() and column.table:
            column.replace(exp.column(column.table, table=column.db or None))


def _name_counted_rows(scope: Scope, tables: Mapping[str, Sequence[str]]) -> None:
    """Give each `count()` the id of the rows that it counts, of the first table read."""
    if not scope.selected_sources:
        return
    name, (_, source) = next(iter(scope.selected_sources.items()))
    if isinstance(source, Scope):
        outputs = cast("exp.Query", source.expression).named_selects
    else:
        outputs = list(tables.get(f"{source.db}.{source.name}", ()))
    identity = next((column for column in COUNTED if column in outputs), None)
    if identity is None:
        return
    for call in scope.find_all(exp.Count, exp.AnonymousAggFunc, exp.CombinedAggFunc):
        if _counts_rows(call):
            call.replace(exp.Count(this=exp.column(identity, table=name)))


def _counts_rows(call: exp.Expr) -> bool:
    if isinstance(call, exp.Count):
        return call.this is None or isinstance(call.this, exp.Star)
    return call.name.lower().startswith("count") and not call.expressions


def _counted_rows(query: exp.Expr, tables: Mapping[str, Sequence[str]]) -> set[Column]:
    """The ids of the rows of all tables that are read, those of projects aside."""
    names = {f"{table.db}.{table.name}" for table in query.find_all(exp.Table) if table.db}
    return {
        (name, identity)
        for name in names
        if (identity := next((c for c in COUNTED if c in tables.get(name, ())), "project_id"))
        != "project_id"
    }


def _sources(node: Node | None, rows: set[Column]) -> list[Column]:
    """The columns of tables at the ends of the graph below a column.

    A sum of constants, such as of +1 and -1 for who comes and who goes, has none: it counts `rows`.
    """
    found: set[Column] = set()
    is_aggregated = False
    for part in node.walk() if node else ():
        table = part.expression
        if part.downstream or not isinstance(table, exp.Table):
            is_aggregated = is_aggregated or table.find(exp.AggFunc) is not None
        else:
            found.add((f"{table.db}.{table.name}", part.name.rpartition(".")[2]))
    return sorted(found or (rows if is_aggregated else set()))
