"""What an operator may set in `.env` or the environment for the platform as a whole."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[1]
ENV_FILE = PROJECT_ROOT / ".env"


class StackSettings(BaseSettings):
    """An engine whose URL is empty runs here, from its wheel; else the URL is used as it is."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", env_ignore_empty=True)

    environment: Literal["local", "production"] = "local"
    data_dir: Path = Path(".data")

    clickhouse_url: str = ""
    clickhouse_reader_url: str = ""
    database_url: str = ""
    dagster_database_url: str = ""
    redis_url: str = ""

    jwt_secret: str = ""
    refresh_token_secret: str = ""

    dashboard_port: int = 3000
    ingest_port: int = 3001
    # Processes that share INGEST_PORT: while one restarts, another takes the events. Of several,
    # each has its health and metrics on a port of its own, from INGEST_WORKER_PORTS_FROM on; 0
    # stands for 20 above INGEST_PORT.
    ingest_workers: int = Field(default=2, ge=1, le=32)
    ingest_worker_ports_from: int = 0
    dagster_port: int = 3002
    dagster_code_port: int = 3012
    loader_port: int = 3011
    clickhouse_port: int = 8123
    # Not the usual 5432 and 6379: machines that develop against those often run them already.
    postgres_port: int = 15432
    redis_port: int = 16379

    frontend_url: str = ""
    ingest_url: str = ""

    sample_traffic: bool = True

    @field_validator("data_dir")
    @classmethod
    def _below_the_project(cls, value: Path) -> Path:
        """A relative directory is the same one from wherever a command is run."""
        return (PROJECT_ROOT / value.expanduser()).resolve()
