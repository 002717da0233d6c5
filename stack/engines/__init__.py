"""The real engines, run from the binaries in their PyPI wheels.

Each engine has `service()` for a supervisor and a URL for its clients; nothing else in the
project knows that the engine is local.
"""

from stack.engines.clickhouse import ClickHouse
from stack.engines.postgres import Postgres
from stack.engines.redis import Redis

__all__ = ["ClickHouse", "Postgres", "Redis"]
