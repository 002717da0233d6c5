"""Dagster's connections to PostgreSQL."""

import psycopg
import pytest
from sqlalchemy import event

from orchestration.instance import create_database, dagster_database
from orchestration.storage import PooledPostgresStorage, pooled_engine


@pytest.fixture
def url(database_url: str) -> str:
    dagster = dagster_database(database_url)
    create_database(dagster)
    return dagster.render_as_string(hide_password=False)


def test_one_connection_serves_all_statements_of_a_process(url: str) -> None:
    storage = PooledPostgresStorage(url)
    opened: list[object] = []
    event.listen(pooled_engine(url), "connect", lambda one, _: opened.append(one))

    for _ in range(5):
        assert storage.run_storage.get_runs_count() == 0
        assert storage.event_log_storage.all_asset_keys() == []
        assert list(storage.schedule_storage.all_instigator_state()) == []
    assert len(opened) == 1


def test_a_database_that_was_restarted_is_connected_to_anew(url: str) -> None:
    storage = PooledPostgresStorage(url)
    storage.run_storage.get_runs_count()
    with psycopg.connect(url, autocommit=True) as others:
        others.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    assert storage.run_storage.get_runs_count() == 0
