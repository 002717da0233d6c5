"""One pass over the syntax tree that either refuses it or returns every table it reads."""

import re
from collections.abc import Iterator

from warehouse.sql_policy.functions import is_allowed
from warehouse.sql_policy.grammar import (
    FUNCTION_KINDS,
    HARMLESS_WHEN_FALSE,
    MEMBERSHIP,
    NODES,
    REASONS,
    TYPE_NAMED,
    Node,
)
from warehouse.sql_policy.policy import Policy, PolicyViolation, TableName, TableReference

Scope = frozenset[str]
"""Names of the common table expressions that are visible at a place."""

_STATE_TYPE = re.compile(r"aggregatefunction", re.IGNORECASE)


def check(ast: Node, policy: Policy) -> tuple[TableReference, ...]:
    """Every table that the statement reads, in the order of the text.

    `ast` is the output of ClickHouse's `parseQueryToJSON`. Raises PolicyViolation at the first
    thing that `policy` does not allow. Does not change the tree.
    """
    walk = _Walk(policy)
    walk.statement(ast)
    return tuple(walk.references)


Below = Iterator[tuple[Node, Scope]]
"""The nodes to visit next and what is visible there."""


class _Walk:
    """Depth first with a stack of its own: the depth of a statement is not Python's to limit."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.references: list[TableReference] = []
        self.nodes = 0

    def statement(self, root: Node) -> None:
        kind = root.get("type")
        if kind == "ExplainQuery":
            root = self._explained(root)
        elif kind != "SelectWithUnionQuery":
            raise PolicyViolation("only one SELECT statement is allowed")
        if root.get("format_ast") and not self.policy.formats:
            raise PolicyViolation(REASONS["format_ast"])
        self._walk({key: value for key, value in root.items() if key != "format_ast"})

    def _explained(self, root: Node) -> Node:
        if root.get("kind") not in self.policy.explain:
            raise PolicyViolation("only one SELECT statement is allowed")
        allowed = {"type", "kind", "query"} | HARMLESS_WHEN_FALSE
        query = root.get("query")
        if not root.keys() <= allowed or not isinstance(query, dict):
            raise PolicyViolation("EXPLAIN takes no options")
        if query.get("type") != "SelectWithUnionQuery":
            raise PolicyViolation("only a SELECT can be explained")
        return query

    def _walk(self, root: Node) -> None:
        stack: list[tuple[Node, Scope, int]] = [(root, frozenset(), 0)]
        while stack:
            node, scope, depth = stack.pop()
            self._count(depth)
            below = [(child, seen, depth + 1) for child, seen in self._enter(node, scope)]
            stack.extend(reversed(below))

    def _enter(self, node: Node, scope: Scope) -> Below:
        kind = node.get("type")
        if not isinstance(kind, str) or kind not in NODES:
            raise PolicyViolation(REASONS.get(str(kind), f"{kind} is not allowed"))
        self._keys(kind, node)
        visit = getattr(self, f"_visit_{kind}", _children)
        yield from visit(node, scope)

    def _count(self, depth: int) -> None:
        self.nodes += 1
        if self.nodes > self.policy.max_nodes:
            raise PolicyViolation("the statement is too large")
        if depth > self.policy.max_depth:
            raise PolicyViolation("the statement is nested too deeply")

    def _keys(self, kind: str, node: Node) -> None:
        for key in node.keys() - NODES[kind]:
            if key == "type" or (key in HARMLESS_WHEN_FALSE and not node[key]):
                continue
            raise PolicyViolation(REASONS.get(key, f"{key} is not allowed in {kind}"))

    def _settings(self, settings: Node) -> None:
        names = {change.get("name") for change in settings.get("changes", [])}
        if not names <= self.policy.settings or settings.keys() - {"type", "changes"}:
            raise PolicyViolation(REASONS["settings"])

    def _visit_SelectWithUnionQuery(self, node: Node, scope: Scope) -> Below:  # noqa: N802
        """`WITH` of one SELECT also serves those united with it further on."""
        for select in node["list_of_selects"]["children"]:
            yield select, scope
            scope |= {str(element.get("name")) for element in _common_tables(select)}

    def _visit_SelectQuery(self, node: Node, scope: Scope) -> Below:  # noqa: N802
        """A common table sees only those written before it, so that a name has one meaning."""
        for element in node.get("with", {}).get("children", []):
            yield element, scope
            if element.get("type") == "WithElement":
                scope |= {self._common_table_name(element, scope)}
        self._settings(node.get("settings", {}))
        seen = ("with", "settings")
        yield from _children({key: value for key, value in node.items() if key not in seen}, scope)

    def _common_table_name(self, element: Node, scope: Scope) -> str:
        name = str(element.get("name"))
        if self.policy.reserved(name):
            raise PolicyViolation(f"WITH {name} hides the table of that name: choose another name")
        if name in scope:
            raise PolicyViolation(f"WITH {name} is defined twice")
        return name

    def _visit_TableExpression(self, node: Node, scope: Scope) -> Below:  # noqa: N802
        table, function = node.get("database_and_table_name"), node.get("table_function")
        if table is not None:
            self._keys("TableIdentifier", table)
            self._table(table, scope, node, "database_and_table_name")
        if function is not None:
            yield from self._table_function(function, scope)
        skipped = ("database_and_table_name", "table_function")
        yield from _children({k: v for k, v in node.items() if k not in skipped}, scope)

    def _table(self, table: Node, scope: Scope, holder: Node | list[Node], key: str | int) -> None:
        name = _table_name(table)
        if name.database is None and name.table in scope:
            return
        if not self.policy.tables(name):
            raise PolicyViolation(f"table {name} is not documented")
        self.references.append(TableReference(name, table.get("alias"), holder, key))

    def _table_function(self, function: Node, scope: Scope) -> Below:
        name = str(function.get("name"))
        if name.lower() not in self.policy.table_functions:
            raise PolicyViolation(f"table function {name} is not allowed")
        self._keys("Function", function)
        return _children(function, scope)

    def _visit_Function(self, node: Node, scope: Scope) -> Below:  # noqa: N802
        name = str(node.get("name"))
        self._function_name(name)
        if node.get("kind", "ORDINARY_FUNCTION") not in FUNCTION_KINDS:
            raise PolicyViolation(f"{name} is not used as a function")
        arguments = node.get("arguments", {}).get("children", [])
        if name.lower() in MEMBERSHIP:
            self._membership(arguments, scope)
        if name.lower() in TYPE_NAMED:
            _type_name(name, arguments)
        return _children(node, scope)

    def _function_name(self, name: str) -> None:
        if not is_allowed(name, self.policy.functions):
            raise PolicyViolation(f"function {name} is not allowed")

    def _membership(self, arguments: list[Node], scope: Scope) -> None:
        if len(arguments) > 1 and arguments[1].get("type") in ("Identifier", "TableIdentifier"):
            self._table(arguments[1], scope, arguments, 1)

    def _visit_Literal(self, node: Node, _scope: Scope) -> Below:  # noqa: N802
        """Elements of an array or tuple count as nodes: a million numbers are a large statement."""
        values = [node.get("value")]
        while values:
            value = values.pop()
            inner = value.get("value") if isinstance(value, dict) else value
            elements = inner if isinstance(inner, list) else []
            self.nodes += len(elements)
            values.extend(elements)
        self._count(0)
        return iter(())

    def _visit_ColumnsApplyTransformer(self, node: Node, scope: Scope) -> Below:  # noqa: N802
        if node.get("func_name") is not None:
            self._function_name(str(node["func_name"]))
        return _children(node, scope)

    def _visit_QueryParameter(self, node: Node, _scope: Scope) -> Below:  # noqa: N802
        kind = str(node.get("param_type"))
        if not self.policy.parameters:
            raise PolicyViolation("query parameters are not allowed")
        if kind.lower() == "identifier":
            raise PolicyViolation("a query parameter may not name a column or a table")
        _refuse_states(kind)
        return iter(())


def _type_name(function: str, arguments: list[Node]) -> None:
    """A state cast from text is foreign binary data for the engine to decode."""
    value = arguments[1].get("value") if len(arguments) > 1 else None
    name = value.get("value") if isinstance(value, dict) else None
    if not isinstance(name, str):
        raise PolicyViolation(f"{function} needs the name of a type")
    _refuse_states(name)


def _refuse_states(type_name: str) -> None:
    if _STATE_TYPE.search(type_name):
        raise PolicyViolation("aggregate function states cannot be made from text")


def _table_name(table: Node) -> TableName:
    """From `name_parts`: `name` joins them with a dot, as does a quoted name that holds a dot."""
    parts = table.get("name_parts") or [table.get("name")]
    if len(parts) > 2 or not all(isinstance(part, str) and part for part in parts):
        raise PolicyViolation("a table is named as table or database.table")
    return TableName(*parts) if len(parts) == 2 else TableName(None, parts[0])


def _common_tables(select: Node) -> Iterator[Node]:
    elements = select.get("with", {}).get("children", [])
    return (element for element in elements if element.get("type") == "WithElement")


def _children(node: Node, scope: Scope) -> Below:
    for value in node.values():
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, dict) and "type" in each:
                yield each, scope
