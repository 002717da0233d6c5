"""The engine's configuration file: caches and pools for one machine that also runs the rest."""

import os
from pathlib import Path

from warehouse.embedded.auth import Role
from warehouse.embedded.config import MEBIBYTE, GatewayConfig

_MERGE_THREADS = max(1, (os.cpu_count() or 2) // 2)

_SERVER = {
    "mark_cache_size": 128 * MEBIBYTE,
    "primary_index_cache_size": 64 * MEBIBYTE,
    "uncompressed_cache_size": 0,
    "index_mark_cache_size": 16 * MEBIBYTE,
    "index_uncompressed_cache_size": 0,
    "mmap_cache_size": 128,
    "compiled_expression_cache_size": 32 * MEBIBYTE,
    "query_condition_cache_size": 16 * MEBIBYTE,
    # Merges may have half of the cores: with both of two, the p99 of ingest at 20,000 events/s was
    # 35 ms after a burst instead of 22 (medians of nine runs).
    "background_pool_size": _MERGE_THREADS,
    # 32 tasks, as many as a server of default size has: its limits, such as 20 free places before
    # a part is mutated beside another, count in them. With 4 tasks, a delete over 12 partitions
    # took 1 to 10 s, nearly all of it sleep between tries; now 0.1 to 1.
    "background_merges_mutations_concurrency_ratio": max(1, 32 // _MERGE_THREADS),
    "background_schedule_pool_size": 16,
    "background_common_pool_size": 4,
    "background_move_pool_size": 1,
    "background_fetches_pool_size": 1,
    "background_message_broker_schedule_pool_size": 1,
    "background_distributed_schedule_pool_size": 1,
    "background_buffer_flush_schedule_pool_size": 1,
    "tables_loader_background_pool_size": 2,
    "tables_loader_foreground_pool_size": 2,
    "max_thread_pool_size": 1000,
    "max_thread_pool_free_size": 32,
    "max_server_memory_usage_to_ram_ratio": 0.6,
}

_QUERY_LOG = """
  <query_log>
    <database>system</database>
    <table>query_log</table>
    <partition_by>toYYYYMM(event_date)</partition_by>
    <ttl>event_date + INTERVAL 14 DAY DELETE</ttl>
    <flush_interval_milliseconds>1000</flush_interval_milliseconds>
    <max_size_rows>65536</max_size_rows>
    <reserved_size_rows>1024</reserved_size_rows>
  </query_log>"""

BASE_SETTINGS = {
    "implicit_select": "0",  # on in chDB: `1 + 1` alone would be a statement
    "allow_introspection_functions": "0",  # on in chDB, off on a server
    "async_insert": "0",  # an answered insert is written
    # 600 MB of rows of 1 KB took 548 MB with it and 140 MB without, in no more time on 2 cores.
    "output_format_parallel_formatting": "0",
    "log_queries": "0",  # on for the statement of a request, not for what prepares it
}
"""Settings of every connection that differ from those of an embedded engine."""

_MERGE_TREE = {
    "fsync_after_insert": 1,
    "fsync_part_directory": 1,
    "min_rows_to_fsync_after_merge": 1,
    "old_parts_lifetime": 480,
}


_USERS = """<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <default><no_password/>{rights}</default>
    <admin><no_password/>{rights}</admin>
  </users>
</clickhouse>
"""
"""Nobody reaches the engine but through the gateway, which has asked for the password. The users
are named because a dictionary signs in as the one in its SOURCE, with the password of clients.
"""

_RIGHTS = """
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <access_management>1</access_management>"""


_NO_COMPILATION = dict.fromkeys(
    ("compile_expressions", "compile_aggregate_expressions", "compile_sort_description"), "0"
)
"""To machine code, which takes the third run of a question 30 to 70 ms and makes none faster:
marts have few rows, and funnels are arrays."""


def role_settings(config: GatewayConfig) -> dict[Role, dict[str, str]]:
    """What every connection of a role starts with."""
    reader = BASE_SETTINGS | _NO_COMPILATION | config.reader_limits.settings() | {"readonly": "2"}
    return {Role.ADMIN: BASE_SETTINGS, Role.READER: reader}


def render(config: GatewayConfig) -> str:
    server = "".join(f"\n  <{name}>{value}</{name}>" for name, value in _SERVER.items())
    merge_tree = "".join(f"\n    <{name}>{value}</{name}>" for name, value in _MERGE_TREE.items())
    return (
        f"<clickhouse>{server}"
        f"\n  <merge_tree>{merge_tree}\n  </merge_tree>"
        f"\n  <backups><allowed_path>{config.data_dir / 'backups'}/</allowed_path></backups>"
        f"\n  <users_config>{_users_path(config)}</users_config>"
        f"{_QUERY_LOG if config.query_log else ''}\n</clickhouse>\n"
    )


def _users_path(config: GatewayConfig) -> Path:
    return config.data_dir / "users.xml"


def write(config: GatewayConfig) -> Path:
    _users_path(config).write_text(_USERS.format(rights=_RIGHTS))
    path = config.data_dir / "engine.xml"
    path.write_text(render(config))
    return path
