"""Connections that assets and checks use."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from clickhouse_connect.driver.client import Client

from control_plane.database import Database
from orchestration.settings import OrchestrationSettings
from warehouse.client import connect


class Warehouse(dg.ConfigurableResource[None]):
    """ClickHouse, as the administrator."""

    url: str

    @contextmanager
    def client(self, run_id: str = "", step: str = "") -> Iterator[Client]:
        client = connect(self.url, log_comment=log_comment(run_id, step))
        try:
            yield client
        finally:
            client.close()


class ControlPlane(dg.ConfigurableResource[None]):
    """PostgreSQL."""

    url: str

    @contextmanager
    def database(self) -> Iterator[Database]:
        with Database(self.url) as database:
            yield database


def log_comment(run_id: str, step: str) -> str:
    """What `system.query_log` keeps with each query, so that its cost can be booked to a run."""
    return json.dumps({"dagster_run_id": run_id, "step": step})


def connections(settings: OrchestrationSettings) -> dict[str, Warehouse | ControlPlane]:
    """URLs are read when a run needs them, so that the UI shows the names of the variables only."""
    os.environ.setdefault("CLICKHOUSE_URL", settings.clickhouse_url)  # for us and for dbt's profile
    os.environ.setdefault("DATABASE_URL", settings.database_url)
    return {
        "warehouse": Warehouse(url=dg.EnvVar("CLICKHOUSE_URL")),
        "control_plane": ControlPlane(url=dg.EnvVar("DATABASE_URL")),
    }
