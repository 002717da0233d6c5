"""The tenant filter, put into the syntax tree: each table becomes a subquery of its project's rows.

The nodes are those of ClickHouse's `parseQueryToJSON`.
"""

from collections.abc import Iterable

from semantic_layer.catalogue import TENANT_COLUMN, Model
from semantic_layer.needed_columns import NeededColumns, nodes
from warehouse.sql_policy import TableReference
from warehouse.sql_policy.grammar import Node


def narrow(ast: Node, references: Iterable[tuple[TableReference, Model]], project_id: str) -> None:
    """Replace every table, in place, by the documented columns of the project's rows.

    Columns that the statement does not name are left out: it stays readable.
    """
    tables = set()
    needed = NeededColumns(ast)
    for reference, model in references:
        _replace(reference, model, project_id, needed.of(reference, model))
        tables.add((model.database, model.name))
    for node in nodes(ast):
        _move_prewhere(node)
        _unqualify(node, tables)


def cap_rows(ast: Node, max_rows: int) -> Node:
    """The statement with a LIMIT of `max_rows`, or its own if that is lower.

    Raises ValueError for a LIMIT that is not a whole number.
    """
    selects = ast["list_of_selects"]["children"]
    if len(selects) > 1 or selects[0].get("type") != "SelectQuery":
        return _select([{"type": "Asterisk"}], _table_expression(_subquery(ast)), max_rows)
    own = selects[0].get("limit_length")
    limit = max_rows if own is None else min(max_rows, _whole_number(own))
    selects = [{**selects[0], "limit_length": _number(limit)}]
    return {**ast, "list_of_selects": {"type": "ExpressionList", "children": selects}}


def _replace(reference: TableReference, model: Model, project_id: str, columns: list[str]) -> None:
    holder = reference.holder
    if isinstance(holder, list):
        assert isinstance(reference.key, int)
        holder[reference.key] = _subquery(_rows_of(model, project_id, columns))
        return
    modifiers = {name: holder.pop(name) for name in _ON_TABLES if name in holder}
    del holder["database_and_table_name"]
    rows = _rows_of(model, project_id, columns, modifiers)
    holder["subquery"] = _subquery(rows, reference.alias or reference.name.table)


_ON_TABLES = ("final", "sample_size", "sample_offset")
"""Modifiers that a subquery cannot have: they move to the table inside it."""


def _rows_of(
    model: Model, project_id: str, names: list[str], modifiers: Node | None = None
) -> Node:
    table = {
        "type": "TableExpression",
        "database_and_table_name": {
            "type": "TableIdentifier",
            "name": f"{model.database}.{model.name}",
            "name_parts": [model.database, model.name],
        },
        **(modifiers or {}),
    }
    columns: list[Node] = [{"type": "Identifier", "name": name} for name in names]
    if model.is_shared:
        return _select(columns, table)
    return _select(columns, table, where=_belongs_to(project_id))


def _belongs_to(project_id: str) -> Node:
    return {
        "type": "Function",
        "name": "equals",
        "is_operator": True,
        "arguments": {
            "type": "ExpressionList",
            "children": [
                {"type": "Identifier", "name": TENANT_COLUMN},
                {"type": "Literal", "value": {"field_type": "String", "value": project_id}},
            ],
        },
    }


def _select(
    columns: list[Node], table: Node, limit: int | None = None, where: Node | None = None
) -> Node:
    select: Node = {
        "type": "SelectQuery",
        "select": {"type": "ExpressionList", "children": columns},
        "tables": {
            "type": "TablesInSelectQuery",
            "children": [{"type": "TablesInSelectQueryElement", "table_expression": table}],
        },
    }
    if where is not None:
        select["where"] = where
    if limit is not None:
        select["limit_length"] = _number(limit)
    return {
        "type": "SelectWithUnionQuery",
        "union_mode": "UNION_DEFAULT",
        "list_of_selects": {"type": "ExpressionList", "children": [select]},
    }


def _table_expression(subquery: Node) -> Node:
    return {"type": "TableExpression", "subquery": subquery}


def _subquery(statement: Node, alias: str | None = None) -> Node:
    named = {"alias": alias} if alias else {}
    return {"type": "Subquery", "children": [statement], **named}


def _number(value: int) -> Node:
    return {"type": "Literal", "value": {"field_type": "UInt64", "value": value}}


def _whole_number(node: Node) -> int:
    value = node.get("value")
    if not isinstance(value, dict) or value.get("field_type") != "UInt64":
        raise ValueError("LIMIT must be a whole number")
    return int(value["value"])


def _move_prewhere(node: Node) -> None:
    """PREWHERE works on tables only, and every table has become a subquery: it joins WHERE."""
    if node.get("type") != "SelectQuery" or "prewhere" not in node:
        return
    conditions = [node.pop("prewhere"), *([node["where"]] if "where" in node else [])]
    node["where"] = conditions[0] if len(conditions) == 1 else _all(conditions)


def _all(conditions: list[Node]) -> Node:
    arguments = {"type": "ExpressionList", "children": conditions}
    return {"type": "Function", "name": "and", "is_operator": True, "arguments": arguments}


def _unqualify(node: Node, tables: set[tuple[str, str]]) -> None:
    """`analytics.fct_events.country` → `fct_events.country`: the subquery has the table's name."""
    if node.get("type") == "Identifier" and len(node.get("name_parts", ())) > 2:
        _drop_database(node, tables)
    qualifier = node.get("qualifier")
    if isinstance(qualifier, dict):
        _drop_database(qualifier, tables)


def _drop_database(node: Node, tables: set[tuple[str, str]]) -> None:
    parts = node.get("name_parts", ())
    if tuple(parts[:2]) in tables:
        node["name_parts"] = parts[1:]
        node["name"] = ".".join(parts[1:])
