"""Settings of the dashboard API, read from the environment and `.env`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from control_plane.secrets import SHORTEST_SECRET, is_placeholder

REPOSITORY = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Names are shared with the other services; see `.env.example`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    environment: Literal["local", "production"] = "local"
    database_url: str
    redis_url: str
    clickhouse_reader_url: str
    jwt_secret: SecretStr
    refresh_token_secret: SecretStr

    dashboard_host: str = "127.0.0.1"
    dashboard_port: int = 3000
    frontend_url: str = "http://127.0.0.1:3000"
    ingest_url: str = "http://127.0.0.1:3001"
    trusted_ips: str = Field(default="", description="Comma-separated addresses of our own proxies")

    aws_region: str = ""
    bedrock_model_id: str = ""

    dbt_target_dir: Path = REPOSITORY / "dbt_project" / "target"
    data_dir: Path = Path(".data")
    web_dist_dir: Path = REPOSITORY / "dashboard_web" / "dist"

    access_token_seconds: int = 15 * 60
    refresh_token_seconds: int = 30 * 24 * 3600
    registration: Literal["invitation", "closed"] = Field(
        default="invitation",
        description="Who may register once the first account exists",
        validation_alias=AliasChoices("registration", "REGISTRATION"),
    )

    @property
    def warehouse_docs_page(self) -> Path:
        """Written by Dagster's asset docs/warehouse."""
        return self.data_dir.resolve() / "warehouse_docs" / "index.html"

    @property
    def has_bedrock(self) -> bool:
        return bool(self.aws_region and self.bedrock_model_id)

    @property
    def cookies_are_secure(self) -> bool:
        """Browsers drop `Secure` cookies on plain http, so only ask for it behind TLS."""
        return self.frontend_url.startswith("https://")

    @property
    def proxies(self) -> list[str]:
        return [address.strip() for address in self.trusted_ips.split(",") if address.strip()]

    @model_validator(mode="after")
    def refuse_placeholder_secrets(self) -> Self:
        if self.environment != "production":
            return self
        for name in ("jwt_secret", "refresh_token_secret"):
            if is_placeholder(getattr(self, name).get_secret_value()):
                raise ValueError(
                    f"{name.upper()} is a placeholder or shorter than "
                    f"{SHORTEST_SECRET} characters; "
                    'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
                )
        return self
