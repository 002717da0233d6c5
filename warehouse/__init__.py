"""ClickHouse access: client, raw schema and the embedded server."""
