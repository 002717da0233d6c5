"""The part of ClickHouse's syntax tree that a guarded statement may use.

Node types and keys are those of `parseQueryToJSON` in ClickHouse 26.9. Both are allow-lists: a node
type or a key that is not here is refused, so syntax that a later version adds stays closed until
somebody has looked at it.
"""

from typing import Any, Final

Node = dict[str, Any]

_OUTPUT_FLAGS: Final = {"is_outfile_append", "is_outfile_truncate", "is_into_outfile_with_stdout"}

NODES: Final[dict[str, frozenset[str]]] = {
    name: frozenset(keys.split())
    for name, keys in {
        "SelectWithUnionQuery": "union_mode list_of_modes list_of_selects",
        "SelectQuery": (
            "distinct with select tables prewhere where group_by group_by_all "
            "group_by_with_rollup group_by_with_cube group_by_with_totals "
            "group_by_with_grouping_sets having qualify window order_by order_by_all "
            "interpolate limit_by limit_by_length limit_by_offset limit_length limit_offset "
            "limit_with_ties settings"
        ),
        "ExpressionList": "children",
        "WithElement": "name subquery is_materialized",
        "Subquery": "children alias",
        "TablesInSelectQuery": "children",
        "TablesInSelectQueryElement": "table_expression table_join array_join",
        "TableExpression": (
            "database_and_table_name subquery table_function final sample_size sample_offset "
            "column_aliases"
        ),
        "TableIdentifier": "name name_parts alias",
        "TableJoin": "kind strictness locality using_expression_list on_expression is_natural",
        "ArrayJoin": "kind expression_list",
        "SampleRatio": "numerator denominator",
        "Identifier": "name name_parts alias",
        "Literal": "value alias",
        "Function": (
            "name arguments parameters alias is_operator nulls_action is_window_function "
            "window_name window_definition is_lambda_function kind"
        ),
        "Asterisk": "transformers",
        "QualifiedAsterisk": "qualifier transformers",
        "ColumnsRegexpMatcher": "pattern transformers",
        "ColumnsListMatcher": "column_list transformers",
        "QualifiedColumnsRegexpMatcher": "qualifier pattern transformers",
        "QualifiedColumnsListMatcher": "qualifier column_list transformers",
        "ColumnsTransformerList": "children",
        "ColumnsExceptTransformer": "children pattern is_strict",
        "ColumnsReplaceTransformer": "children is_strict",
        "ColumnsReplaceTransformerReplacement": "name children",
        "ColumnsApplyTransformer": "func_name parameters lambda lambda_arg column_name_prefix",
        "OrderByElement": (
            "direction nulls_direction nulls_direction_was_explicitly_specified expression "
            "collation with_fill fill_from fill_to fill_step fill_staleness"
        ),
        "InterpolateElement": "column expr",
        "WindowListElement": "name definition",
        "WindowDefinition": (
            "parent_window_name partition_by order_by frame_is_default frame_type "
            "frame_begin_type frame_begin_offset frame_begin_preceding frame_end_type "
            "frame_end_offset frame_end_preceding"
        ),
        "QueryParameter": "name param_type alias",
    }.items()
}

REASONS: Final[dict[str, str]] = {
    "recursive_with": "WITH RECURSIVE is not allowed",
    "settings": "SETTINGS are not allowed",
    "settings_ast": "SETTINGS are not allowed",
    "SetQuery": "SETTINGS are not allowed",
    "format_ast": "FORMAT is not allowed",
    "out_file": "INTO OUTFILE is not allowed",
    "compression": "INTO OUTFILE is not allowed",
    "compression_level": "INTO OUTFILE is not allowed",
    "stream_settings": "STREAM is not allowed",
}
"""What to tell the writer instead of the bare name of a refused key or node."""

HARMLESS_WHEN_FALSE: Final = frozenset(_OUTPUT_FLAGS)

FUNCTION_KINDS: Final = frozenset({"WINDOW_FUNCTION", "LAMBDA_FUNCTION", "ORDINARY_FUNCTION"})

MEMBERSHIP: Final = frozenset(
    {
        "in",
        "notin",
        "globalin",
        "globalnotin",
        "nullin",
        "notnullin",
        "globalnullin",
        "globalnotnullin",
    }
)
"""Functions whose second argument names a *table* when it is a bare identifier: `x IN secret.t`."""

TYPE_NAMED: Final = frozenset(
    {"cast", "accuratecast", "accuratecastornull", "accuratecastordefault", "dynamicelement"}
)
"""Functions whose second argument is the name of a type, which must be a literal so that it can be
checked.
"""
