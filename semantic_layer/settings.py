"""Where the warehouse, the cache and the catalogue are."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent


class SemanticSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    clickhouse_reader_url: str = "http://reader@127.0.0.1:8123"
    redis_url: str | None = None
    dbt_target_dir: Path = REPOSITORY / "dbt_project" / "target"
