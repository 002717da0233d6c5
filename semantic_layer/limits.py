"""What one query may cost, by who asks."""

from dataclasses import dataclass

from semantic_layer.project import Role

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """`rows_read` is checked against ClickHouse's estimate before the query runs, and while it
    runs.
    """

    rows_returned: int
    bytes_returned: int
    rows_read: int
    seconds: float
    memory_bytes: int


_DASHBOARD = Limits(10_000, 32 * 2**20, 1_000_000_000, 20, 4 * GIB)
_ANALYSIS = Limits(100_000, 256 * 2**20, 10_000_000_000, 120, 8 * GIB)

LIMITS = {
    Role.VIEWER: _DASHBOARD,
    Role.ANALYST: _ANALYSIS,
    Role.ADMIN: _ANALYSIS,
    Role.OWNER: _ANALYSIS,
}
