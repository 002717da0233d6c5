"""Columns and size of a ClickHouse table, as Dagster shows them."""

import dagster as dg
from clickhouse_connect.driver.client import Client

COLUMNS_SQL = """
SELECT name, type, comment
FROM system.columns
WHERE concat(database, '.', table) = {table:String}
ORDER BY position
"""


def table_metadata(client: Client, table: str) -> dict[str, dg.MetadataValue]:
    """`table` is `database.name`. Rows of a replacing table count with their old versions."""
    columns = client.query(COLUMNS_SQL, parameters={"table": table}).result_rows
    (row_count,) = client.query(f"SELECT count() FROM {table}").result_rows[0]  # noqa: S608 - ours
    schema = dg.TableSchema(
        columns=[dg.TableColumn(name, kind, comment or None) for name, kind, comment in columns]
    )
    return {
        "dagster/column_schema": dg.MetadataValue.table_schema(schema),
        "dagster/row_count": dg.MetadataValue.int(int(row_count)),
    }
