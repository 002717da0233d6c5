"""Where the warehouse, the cache and the catalogue are."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class SemanticSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    clickhouse_reader_url: str = "http://reader@127.0.0.1:8123"
    redis_url: str | None = None
    dbt_target_dir: Path = Path("dbt_project/target")
