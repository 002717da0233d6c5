"""Where the warehouse is."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class WarehouseSettings(BaseSettings):
    """`CLICKHOUSE_URL` writes and migrates; `CLICKHOUSE_READER_URL` reads documented marts."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    clickhouse_url: str = "http://admin@127.0.0.1:8123"
    clickhouse_reader_url: str = "http://reader@127.0.0.1:8123"
