"""What one gateway is started with."""

from dataclasses import dataclass, field
from pathlib import Path

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What a statement of the reader role may cost at most; a request may ask for less."""

    execution_seconds: int = 60
    memory_bytes: int = 2048 * MEBIBYTE
    rows_read: int = 1_000_000_000
    bytes_read: int = 100_000 * MEBIBYTE
    result_rows: int = 10_000_000
    result_bytes: int = 4096 * MEBIBYTE

    def settings(self) -> dict[str, str]:
        return {
            "max_execution_time": str(self.execution_seconds),
            "max_memory_usage": str(self.memory_bytes),
            "max_rows_to_read": str(self.rows_read),
            "max_bytes_to_read": str(self.bytes_read),
            "max_result_rows": str(self.result_rows),
            "max_result_bytes": str(self.result_bytes),
        }


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8123
    admin_password: str = ""
    reader_password: str = ""
    admin_connections: int = 12
    """Statements of the role that run at once; more wait. dbt, Dagster and the loader share it."""
    reader_connections: int = 6
    readable_databases: tuple[str, ...] = ("analytics",)
    reader_limits: ReaderLimits = field(default_factory=ReaderLimits)
    memory_body_bytes: int = 4 * MEBIBYTE
    """A longer request body goes to a file below `spool_dir`."""
    query_log: bool = True
    drain_seconds: float = 20.0

    @property
    def engine_dir(self) -> Path:
        return self.data_dir / "engine"

    @property
    def spool_dir(self) -> Path:
        return self.data_dir / "spool"

    @property
    def working_dir(self) -> Path:
        """Always empty: the engine reads a `config.xml` that it finds in the working directory."""
        return self.data_dir / "cwd"
