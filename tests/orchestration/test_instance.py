"""Dagster's home."""

import stat
from pathlib import Path

import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from orchestration.instance import (
    create_database,
    dagster_database,
    instance_configuration,
    workspace_configuration,
    write_dagster_yaml,
)

PLATFORM_URL = "postgresql+psycopg://analytics:secret@127.0.0.1:5433/analytics"


def test_dagster_gets_a_database_beside_the_control_plane() -> None:
    url = dagster_database(PLATFORM_URL)
    assert url.render_as_string(hide_password=False) == (
        "postgresql://analytics:secret@127.0.0.1:5433/analytics_dagster"
    )


def test_a_given_database_is_used_as_it_is() -> None:
    url = dagster_database(PLATFORM_URL, "postgresql+psycopg://d:e@db.internal/dagster")
    assert url.render_as_string(hide_password=False) == "postgresql://d:e@db.internal/dagster"


def test_runs_that_touch_the_warehouse_take_turns() -> None:
    configuration = instance_configuration(Path("/home/dagster"), make_url(PLATFORM_URL))
    assert configuration["concurrency"] == {
        "pools": {"granularity": "run", "default_limit": 1},
        "runs": {"max_concurrent_runs": 2},
    }


def test_nothing_is_reported_to_anybody() -> None:
    configuration = instance_configuration(Path("/home/dagster"), make_url(PLATFORM_URL))
    assert configuration["telemetry"] == {"enabled": False}
    assert configuration["nux"] == {"enabled": False}


def test_the_webserver_and_the_daemon_share_one_code_server() -> None:
    assert workspace_configuration(3012) == {
        "load_from": [
            {"grpc_server": {"host": "127.0.0.1", "port": 3012, "location_name": "analytics"}}
        ]
    }


def test_home_is_made_ready_twice_with_the_same_result(tmp_path: Path, database_url: str) -> None:
    home = tmp_path / "dagster"
    for _ in range(2):
        write_dagster_yaml(home, database_url, code_server_port=3012)
    storage = yaml.safe_load((home / "dagster.yaml").read_text())["storage"]
    with psycopg.connect(storage["custom"]["config"]["postgres_url"]) as connection:
        assert connection.execute("select current_database()").fetchone() == (
            f"{make_url(database_url).database}_dagster",
        )


def test_only_the_owner_can_read_the_password(tmp_path: Path, database_url: str) -> None:
    write_dagster_yaml(tmp_path / "dagster", database_url, code_server_port=3012)
    mode = (tmp_path / "dagster" / "dagster.yaml").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_server_that_is_away_is_an_error() -> None:
    with pytest.raises(psycopg.OperationalError):
        create_database(make_url("postgresql://a:b@127.0.0.1:1/analytics_dagster"))
