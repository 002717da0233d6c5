"""Which columns of a table a statement can use, judged from the names in its syntax tree.

Errs on the side of too many: a column counts as used when its name occurs anywhere in the
statement, and all are used where something stands for "all columns".
"""

from collections.abc import Iterator
from functools import cached_property

from semantic_layer.catalogue import TENANT_COLUMN, Model
from warehouse.sql_policy import TableReference
from warehouse.sql_policy.grammar import Node

STARS = frozenset(
    {
        "Asterisk",
        "QualifiedAsterisk",
        "ColumnsRegexpMatcher",
        "QualifiedColumnsRegexpMatcher",
    }
)


class NeededColumns:
    def __init__(self, ast: Node) -> None:
        self._ast = ast

    def of(self, reference: TableReference, model: Model) -> list[str]:
        """In the order of the model; never empty."""
        if self._takes_all(reference):
            return list(model.columns)
        used = [name for name in model.columns if name in self._names]
        return used or [
            TENANT_COLUMN if TENANT_COLUMN in model.columns else next(iter(model.columns))
        ]

    def _takes_all(self, reference: TableReference) -> bool:
        if isinstance(reference.holder, list) or "column_aliases" in reference.holder:
            return True
        return self._has_natural_join or id(reference.holder) in self._starred

    @cached_property
    def _names(self) -> frozenset[str]:
        names: set[str] = set()
        for node in nodes(self._ast):
            if node.get("type") == "Identifier":
                names.update(node.get("name_parts") or [node.get("name", "")])
            elif node.get("type") == "InterpolateElement":
                names.add(node.get("column", ""))
        return frozenset(names)

    @cached_property
    def _has_natural_join(self) -> bool:
        return any(node.get("is_natural") for node in nodes(self._ast))

    @cached_property
    def _starred(self) -> frozenset[int]:
        """Identities of the table expressions whose SELECT has a star of its own."""
        return frozenset(
            id(element["table_expression"])
            for select in nodes(self._ast)
            if select.get("type") == "SelectQuery" and _has_star(select)
            for element in select.get("tables", {}).get("children", [])
            if "table_expression" in element
        )


def nodes(root: Node, *, below_subqueries: bool = True) -> Iterator[Node]:
    """Every node of the tree, without recursion."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if node.get("type") == "Subquery" and not below_subqueries:
            continue
        for value in node.values():
            children = value if isinstance(value, list) else [value]
            stack.extend(each for each in children if isinstance(each, dict))


def _has_star(select: Node) -> bool:
    return any(node.get("type") in STARS for node in nodes(select, below_subqueries=False))
