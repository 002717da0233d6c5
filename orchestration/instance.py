"""Dagster's own state: `dagster.yaml`, `workspace.yaml` and its PostgreSQL database."""

import os
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql
from sqlalchemy import URL, make_url

CODE_LOCATION = "analytics"
POOL = "clickhouse"
"""Every step that reads or writes the warehouse holds this pool; its limit is 1."""


def write_dagster_yaml(
    home: Path,
    database_url: str,
    *,
    code_server_port: int,
    dagster_database_url: str | None = None,
) -> None:
    """Make `home` ready to be `DAGSTER_HOME`: both files, and the database if it is missing.

    `database_url` is the platform's PostgreSQL URL; Dagster gets a database of its own on the same
    server. Safe to call at every start.
    """
    storage = dagster_database(database_url, dagster_database_url)
    create_database(storage)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_private(home / "dagster.yaml", instance_configuration(home, storage))
    _write_private(home / "workspace.yaml", workspace_configuration(code_server_port))


def dagster_database(database_url: str, dagster_database_url: str | None = None) -> URL:
    """`.../analytics` -> `.../analytics_dagster`, unless a URL is given; for psycopg2."""
    if dagster_database_url:
        return make_url(dagster_database_url).set(drivername="postgresql")
    platform = make_url(database_url)
    return platform.set(drivername="postgresql", database=f"{platform.database}_dagster")


def create_database(url: URL) -> None:
    """Create the database that `url` names, unless it exists."""
    server = url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute(
            "select 1 from pg_database where datname = %s", (url.database,)
        ).fetchone()
        if known is None:
            name = sql.Identifier(url.database or "")
            connection.execute(sql.SQL("create database {}").format(name))


def instance_configuration(home: Path, storage: URL) -> dict[str, Any]:
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "storage": {
            "custom": {
                "module": "orchestration.storage",
                "class": "PooledPostgresStorage",
                "config": {"postgres_url": storage.render_as_string(hide_password=False)},
            },
        },
        "run_coordinator": {
            "module": "dagster.core.run_coordinator",
            "class": "QueuedRunCoordinator",
            "config": {
                "dequeue_interval_seconds": 2,
                # The code server is away for some 10 s when it restarts; runs wait for it.
                "max_user_code_failure_retries": 30,
                "user_code_failure_retry_delay": 10,
            },
        },
        "concurrency": {
            # By run, so that a waiting run stays in the queue and costs no worker process, and so
            # that two runs never write the same model, whoever started them.
            "pools": {"granularity": "run", "default_limit": 1},
            "runs": {"max_concurrent_runs": 2},
        },
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 180,
            "max_runtime_seconds": 6 * 60 * 60,
            "poll_interval_seconds": 30,
        },
        # Only for a worker that died; a failed step has its own retry policy.
        "run_retries": {
            "enabled": True,
            "max_retries": 1,
            "retry_on_asset_or_op_failure": False,
        },
        "retention": {
            "schedule": {"purge_after_days": 30},
            # The new-data sensor ticks 2,880 times a day, nearly always to no effect.
            "sensor": {
                "purge_after_days": {"skipped": 1, "success": 14, "failure": 30, "started": 1}
            },
        },
        "compute_logs": {
            "module": "dagster.core.storage.local_compute_log_manager",
            "class": "LocalComputeLogManager",
            "config": {"base_dir": os.fspath(home / "compute_logs")},
        },
    }


def workspace_configuration(code_server_port: int) -> dict[str, Any]:
    """One code server for the webserver and the daemon: 250 MB less than one each."""
    server = {"host": "127.0.0.1", "port": code_server_port, "location_name": CODE_LOCATION}
    return {"load_from": [{"grpc_server": server}]}


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step, readable by the owner only: it holds a password."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(yaml.safe_dump(content, sort_keys=False))
    draft.replace(path)
