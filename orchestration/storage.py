"""Dagster's storage in PostgreSQL over connections that are kept.

dagster-postgres connects anew for every statement, except in its webserver: of a build of 100
assets and 100 checks that took 13 of 40 s in the run's process alone, and the daemon and the
database paid too.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy import Engine, create_engine

KEPT = 1  # a process rarely has two statements under way; more are opened and closed as needed
MOST = 50


class PooledPostgresStorage(DagsterPostgresStorage):
    """Takes `postgres_url`, in dagster.yaml as `storage: {custom: ...}`."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(postgres_url, inst_data=inst_data)
        engine = pooled_engine(postgres_url)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine = engine  # there is no setting for it

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        return cls(config_value["postgres_url"], inst_data)


@lru_cache
def pooled_engine(url: str) -> Engine:
    """One for all storages and instances of a process; it survives a restart of the database."""
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT,
        max_overflow=MOST - KEPT,
        pool_pre_ping=True,
    )
