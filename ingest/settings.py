"""Settings of the capture API and the loader."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1 << 20

Network = IPv4Network | IPv6Network


class IngestSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    environment: Literal["local", "production"] = "local"
    data_dir: Path = Path(".data")
    clickhouse_url: str = "http://admin@127.0.0.1:8123"
    database_url: str = "postgresql+psycopg://analytics:analytics@127.0.0.1:5432/analytics"
    redis_url: str = "redis://127.0.0.1:6379/0"
    ingest_host: str = "127.0.0.1"
    ingest_port: int = 3001
    # A port of this worker alone, for its health and metrics. With it, INGEST_PORT is shared: the
    # kernel spreads connections over all workers that listen there.
    ingest_worker_port: int | None = None
    ingest_worker_ports: Annotated[tuple[int, ...], NoDecode] = ()  # of all workers
    loader_port: int = 3011
    # Networks that the limit on failed authentications spares, and whose X-Forwarded-For counts.
    trusted_ips: Annotated[tuple[Network, ...], NoDecode] = (
        IPv4Network("127.0.0.1"),
        IPv6Network("::1"),
    )
    # A GeoIP2 or GeoLite2 City file (MMDB) for countries, regions and cities of addresses.
    geoip_database: Path | None = None
    # A `node_modules` with the browser libraries of other products, for the snippets that load them
    # from here.
    client_libraries: Path | None = None

    # The log
    segment_bytes: int = 64 * MIB
    disk_reserve_bytes: int = 512 * MIB  # left free for ClickHouse to merge and PostgreSQL to live
    max_pending_bytes: int = 64 * MIB  # waiting for the disk
    max_unloaded_bytes: int = 4096 * MIB  # waiting for the loader

    # Requests
    header_deadline_seconds: float = 10.0
    body_deadline_seconds: float = 30.0
    key_refresh_seconds: float = 5.0

    # The loader
    block_rows: int = 50_000
    block_bytes: int = 32 * MIB
    linger_seconds: float = 0.4  # how long a small block waits for more
    insert_timeout_seconds: float = 120.0

    # For fault tests: where the process shall die, see ingest/log/crash_points.py
    crash_at: str = ""

    @field_validator("geoip_database", "client_libraries", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("trusted_ips", "ingest_worker_ports", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def directory(self) -> Path:
        return self.data_dir / "ingest"

    @property
    def log_directory(self) -> Path:
        return self.directory / "log"

    @property
    def checkpoint_path(self) -> Path:
        return self.directory / "checkpoint.json"

    @property
    def key_snapshot_path(self) -> Path:
        return self.directory / "write_keys.json"
