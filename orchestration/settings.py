"""Where orchestration finds the warehouse, its own state and the dbt project."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent


class OrchestrationSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    clickhouse_url: str = "http://admin:@127.0.0.1:8123"
    database_url: str = "postgresql+psycopg://analytics:analytics@127.0.0.1:5432/analytics"
    dagster_database_url: str | None = None
    data_dir: Path = Path(".data")
    environment: Literal["local", "production"] = "local"
    dagster_code_port: int = 3012
    dagster_port: int = 3002
    alert_webhook_url: SecretStr = SecretStr("")
    """Where failed runs are told; the address of a Slack webhook is a secret."""
    dbt_project_dir: Path = REPOSITORY / "dbt_project"
    dbt_target_dir: Path = REPOSITORY / "dbt_project" / "target"

    @field_validator("alert_webhook_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(
            ("http://", "https://")
        ):
            raise ValueError("ALERT_WEBHOOK_URL must begin with http:// or https://")
        return value

    @property
    def webserver_url(self) -> str:
        """Where people of this machine open the UI."""
        return f"http://127.0.0.1:{self.dagster_port}"

    @property
    def dagster_home(self) -> Path:
        return (self.data_dir / "dagster").resolve()

    @property
    def dbt_runs_dir(self) -> Path:
        """One directory a dbt invocation: its compiled SQL, log and results."""
        return self.dagster_home / "dbt_runs"

    @property
    def warehouse_docs_dir(self) -> Path:
        """dbt's documentation, which the dashboard serves."""
        return self.data_dir.resolve() / "warehouse_docs"

    @property
    def column_lineage_cache(self) -> Path:
        """What sqlglot has read from compiled models."""
        return self.dagster_home / "column_lineage.json"


@lru_cache(maxsize=1)
def settings() -> OrchestrationSettings:
    return OrchestrationSettings()
