"""ClickHouse on one machine: a server's HTTP interface over the chDB engine, in one process."""
