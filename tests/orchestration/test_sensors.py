"""New events start a refresh, and only new events do."""

import time
from collections.abc import Iterator
from uuid import uuid4

import dagster as dg
import pytest
from clickhouse_connect.driver.client import Client

from orchestration.defs.warehouse.sensors import LastRun, last_runs, new_events, reason_to_wait
from orchestration.resources import Warehouse
from tests.orchestration.sample_events import load_events
from warehouse.client import connect


@pytest.fixture
def client(warehouse_url: str) -> Iterator[Client]:
    client = connect(warehouse_url)
    yield client
    client.close()


@pytest.fixture
def newest_load(client: Client) -> int:
    return int(client.query("SELECT max(load_id) FROM raw.events").result_rows[0][0])


def evaluate(warehouse_url: str, instance: dg.DagsterInstance, cursor: int) -> dg.SensorResult:
    context = dg.build_sensor_context(instance=instance, cursor=str(cursor))
    result = new_events(context, warehouse=Warehouse(url=warehouse_url))
    assert isinstance(result, dg.SensorResult)
    return result


def test_a_new_load_starts_one_refresh(
    warehouse_url: str, client: Client, newest_load: int
) -> None:
    load_events(client, str(uuid4()), 100, newest_load + 1)
    with dg.DagsterInstance.ephemeral() as instance:
        result = evaluate(warehouse_url, instance, newest_load)
    assert [request.run_key for request in result.run_requests or ()] == [
        f"load_id:{newest_load + 1}"
    ]
    assert result.cursor == str(newest_load + 1)


def test_the_same_load_starts_nothing(warehouse_url: str, client: Client, newest_load: int) -> None:
    load_events(client, str(uuid4()), 100, newest_load + 1)
    with dg.DagsterInstance.ephemeral() as instance:
        first = evaluate(warehouse_url, instance, newest_load)
        second = evaluate(warehouse_url, instance, int(first.cursor or 0))
    assert not second.run_requests
    assert second.skip_reason is not None
    assert second.skip_reason.skip_message == f"No load after {newest_load + 1}."


def test_a_tick_tells_rows_and_lag_of_raw_events(
    warehouse_url: str, client: Client, newest_load: int
) -> None:
    project_id = str(uuid4())
    load_events(client, project_id, 100, newest_load + 1)
    with dg.DagsterInstance.ephemeral() as instance:
        (observation,) = evaluate(warehouse_url, instance, newest_load).asset_events
    assert observation.asset_key == dg.AssetKey(["raw", "events"])
    assert observation.metadata["new_rows"].value == 100
    assert observation.metadata["project_ids"].value == [project_id]


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
@pytest.mark.parametrize("job_name", ["refresh", "build"])
def test_a_build_that_waits_or_works_holds_the_next_one_back(
    warehouse_url: str,
    client: Client,
    newest_load: int,
    job_name: str,
    status: dg.DagsterRunStatus,
) -> None:
    load_events(client, str(uuid4()), 100, newest_load + 1)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_run(dg.DagsterRun(job_name=job_name, run_id=str(uuid4()), status=status))
        result = evaluate(warehouse_url, instance, newest_load)
    assert not result.run_requests
    assert result.cursor is None, "the load must start a run later"


def test_another_job_holds_nothing_back() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.DagsterRun(
            job_name="export", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED
        )
        instance.add_run(run)
        assert last_runs(instance) == []


def test_a_steady_stream_of_events_takes_a_third_of_the_time() -> None:
    ended_now = [LastRun(started=100.0, ended=120.0)]
    assert reason_to_wait(ended_now, now=121.0) == (
        "The last build has just ended; the next may start in 39 s."
    )
    assert reason_to_wait(ended_now, now=160.0) is None


def test_the_first_events_wait_for_nothing() -> None:
    assert reason_to_wait([], now=time.time()) is None
