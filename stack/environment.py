"""From settings and local secrets to the exact environment of every process.

Each service reads only its environment and never learns whether an engine is local: the same
names carry the URL of the embedded engine or of a cluster.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from control_plane.secrets import SHORTEST_SECRET, is_placeholder
from orchestration.instance import dagster_database
from stack.engines import ClickHouse, Postgres, Redis
from stack.errors import StackError
from stack.local_secrets import LocalSecrets, load
from stack.settings import ENV_FILE, PROJECT_ROOT, StackSettings

DATABASE = "analytics"

NO_TELEMETRY = {
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "NEXT_TELEMETRY_DISABLED": "1",
}

PROCESS_DEFAULTS = {
    # glibc gives every thread an arena: two of them keep each Python service some 30 MB smaller.
    "MALLOC_ARENA_MAX": "2",
    "PYTHONUNBUFFERED": "1",
    "DBT_PROJECT_DIR": str(PROJECT_ROOT / "dbt_project"),
    "DBT_PROFILES_DIR": str(PROJECT_ROOT / "dbt_project"),
}


@dataclass(frozen=True)
class Environment:
    """The resolved settings. An engine is None when it runs elsewhere."""

    settings: StackSettings
    secrets: LocalSecrets

    @property
    def data_directory(self) -> Path:
        return self.settings.data_dir

    @cached_property
    def clickhouse(self) -> ClickHouse | None:
        engine = ClickHouse(
            self.data_directory / "clickhouse",
            self.settings.clickhouse_port,
            self.secrets.clickhouse_admin_password,
            self.secrets.clickhouse_reader_password,
        )
        return engine if _is_local(self.settings.clickhouse_url, engine.url) else None

    @cached_property
    def postgres(self) -> Postgres | None:
        engine = Postgres(
            self.data_directory / "postgres",
            self.settings.postgres_port,
            self.secrets.postgres_password,
        )
        return engine if _is_local(self.settings.database_url, engine.url(DATABASE)) else None

    @cached_property
    def redis(self) -> Redis | None:
        engine = Redis(
            self.data_directory / "redis", self.settings.redis_port, self.secrets.redis_password
        )
        return engine if _is_local(self.settings.redis_url, engine.url) else None

    @property
    def database_url(self) -> str:
        return self.postgres.url(DATABASE) if self.postgres else self.settings.database_url

    @property
    def dagster_database_url(self) -> str:
        """Dagster keeps its runs beside the control plane, in a database of its own."""
        url = dagster_database(self.database_url, self.settings.dagster_database_url)
        return url.render_as_string(hide_password=False)

    @cached_property
    def variables(self) -> dict[str, str]:
        """What every service and command finds in its environment."""
        return {
            **PROCESS_DEFAULTS,
            **_dotenv(),
            **NO_TELEMETRY,
            **self._engine_urls(),
            **self._addresses(),
            "ENVIRONMENT": self.settings.environment,
            "DATA_DIR": str(self.data_directory),
            "DAGSTER_HOME": str(self.data_directory / "dagster"),
            "JWT_SECRET": self._secret("jwt_secret"),
            "REFRESH_TOKEN_SECRET": self._secret("refresh_token_secret"),
        }

    def _engine_urls(self) -> dict[str, str]:
        clickhouse, settings = self.clickhouse, self.settings
        admin_url = clickhouse.url if clickhouse else settings.clickhouse_url
        reader_url = clickhouse.reader_url if clickhouse else settings.clickhouse_reader_url
        return {
            "CLICKHOUSE_URL": admin_url,
            "CLICKHOUSE_READER_URL": reader_url or admin_url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis.url if self.redis else settings.redis_url,
        }

    def _addresses(self) -> dict[str, str]:
        settings = self.settings
        dashboard = settings.frontend_url or f"http://localhost:{settings.dashboard_port}"
        return {
            "DASHBOARD_PORT": str(settings.dashboard_port),
            "INGEST_PORT": str(settings.ingest_port),
            "DAGSTER_PORT": str(settings.dagster_port),
            "DAGSTER_CODE_PORT": str(settings.dagster_code_port),
            "LOADER_PORT": str(settings.loader_port),
            "FRONTEND_URL": dashboard,
            "INGEST_URL": settings.ingest_url or f"http://127.0.0.1:{settings.ingest_port}",
        }

    def _secret(self, name: str) -> str:
        given: str = getattr(self.settings, name)
        if given and not is_placeholder(given):
            return given
        if self.settings.environment == "production":
            raise StackError(
                f"{name.upper()} is {'a placeholder' if given else 'not set'}: give it at least "
                f"{SHORTEST_SECRET} random characters (`openssl rand -base64 48`) before running "
                "in production"
            )
        generated: str = getattr(self.secrets, name)
        return generated


def _is_local(given: str, ours: str) -> bool:
    """Nothing was set, or we are a child of a command that exported our own URL."""
    return given in ("", ours)


def resolve() -> Environment:
    """Read the settings and this machine's secrets. Raises StackError naming a wrong setting."""
    try:
        settings = StackSettings()
    except ValidationError as error:
        wrong = "; ".join(f"{_name(part['loc'])}: {part['msg']}" for part in error.errors())
        raise StackError(f"wrong setting in .env or the environment: {wrong}") from error
    return Environment(settings, load(settings.data_dir))


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)).upper()


def export(environment: Environment) -> None:
    """Give this process, a CLI command, the environment that services have."""
    os.environ.update(environment.variables)


def child_variables(environment: Environment) -> Mapping[str, str]:
    """The whole environment of a service: what we were started with, and our variables."""
    return {**os.environ, **environment.variables}


def _dotenv() -> dict[str, str]:
    """Everything in `.env`, also what only libraries read (AWS_*); real variables win."""
    given = {key: value for key, value in dotenv_values(ENV_FILE).items() if value}
    return {**given, **{key: os.environ[key] for key in given if key in os.environ}}
