"""What one query may cost, by who asks."""

from dataclasses import dataclass

from semantic_layer.project import Role

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """`rows_read` is what ClickHouse allows: of a table before it reads, of all while it does."""

    rows_returned: int
    bytes_returned: int
    rows_read: int
    seconds: int
    memory_bytes: int


_DASHBOARD = Limits(10_000, 32 * MIB, 500_000_000, 20, 1024 * MIB)
_ANALYSIS = Limits(100_000, 256 * MIB, 1_000_000_000, 60, 2048 * MIB)
"""As much as the reader role of the warehouse has."""

LIMITS = {
    Role.VIEWER: _DASHBOARD,
    Role.ANALYST: _ANALYSIS,
    Role.ADMIN: _ANALYSIS,
    Role.OWNER: _ANALYSIS,
}
