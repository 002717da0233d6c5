"""The policy of the `reader` role: everything that serves people reads the warehouse with it.

The role knows databases, not tenants: whoever holds its password sees every project. Statements
that people write get the tighter policy and the tenant filter of `semantic_layer.guard` first.
"""

from collections.abc import Callable, Iterable

from warehouse.sql_policy.functions import METADATA, PURE
from warehouse.sql_policy.policy import Policy, TableName

METADATA_TABLES = frozenset(
    {
        "columns", "contributors", "data_type_families", "databases", "formats", "functions",
        "numbers", "one", "settings", "table_functions", "tables", "time_zones",
    }
)  # fmt: skip
"""Tables of `system` that drivers and BI tools read to show what there is. None holds data or
statements.
"""

SETTINGS = frozenset(
    {
        "join_use_nulls", "max_execution_time", "max_rows_to_read", "max_threads",
        "output_format_json_quote_64bit_integers", "session_timezone",
    }
)  # fmt: skip

EXPLAIN = frozenset(
    {"EXPLAIN", "EXPLAIN ESTIMATE", "EXPLAIN PIPELINE", "EXPLAIN QUERY TREE", "EXPLAIN SYNTAX"}
)


def reader_policy(
    current_database: str,
    databases: Iterable[str] = ("analytics",),
    is_temporary: Callable[[str], bool] = lambda _table: False,
) -> Policy:
    """Reads of `databases`, of metadata, and of the request's own temporary tables."""
    readable = frozenset(databases)

    def allows(name: TableName) -> bool:
        if name.database is None and is_temporary(name.table):
            return True
        database = name.database or current_database
        if database == "system":
            return name.table in METADATA_TABLES
        return database in readable

    return Policy(
        tables=allows,
        functions=PURE | METADATA,
        settings=SETTINGS,
        formats=True,
        parameters=True,
        explain=EXPLAIN,
    )
