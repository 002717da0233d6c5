"""ClickHouse is down, slow, or breaks off after it has committed: capture goes on, all is exact.

OUTAGE_SECONDS sets how long it is down with FAULTS=full (default 600 s).
"""

import os
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.conftest import Gateway
from tests.faults.proxy import behind_proxy
from tests.faults.retrying import (
    RetryingClient,
    batch_of,
    sending,
    settle,
    uuids,
    wait_until_loaded,
)
from tests.faults.scale import only_in_full, scaled
from tests.ingest.services import Ingest, Service
from tests.waiting import eventually

OUTAGE_SECONDS = scaled(6.0, float(os.environ.get("OUTAGE_SECONDS", "600")))
EVENTS_PER_SECOND = scaled(1_000, 5_000)
BATCH = 200


@pytest.mark.timeout(2400)
def test_an_outage_is_bridged_by_the_log(
    ingest_over_gateway: Ingest, gateway: Gateway, count: Callable[..., None]
) -> None:
    ingest = ingest_over_gateway
    client = RetryingClient(
        ingest.url, ingest.write_key, 0, BATCH, events_per_second=EVENTS_PER_SECOND
    )
    with sending([client]):
        eventually(lambda: len(client.acknowledged) > EVENTS_PER_SECOND)
        gateway.kill()
        time.sleep(OUTAGE_SECONDS)
        waiting_for(OUTAGE_SECONDS, ingest)
        count(unloaded_rows=ready(ingest.api)["unloaded_rows"])
        gateway.start()
        back_at = time.monotonic()
        eventually(lambda: is_ready(ingest.loader), 60)
    account = settle(ingest, client.acknowledged, 600)
    count(account, drain_seconds=round(time.monotonic() - back_at))
    assert client.statuses == {200}
    assert client.broken == 0
    assert account.acked > 0.8 * EVENTS_PER_SECOND * OUTAGE_SECONDS
    assert account.is_exact, account
    assert account.stored == account.acked
    assert is_ready(ingest.loader)
    eventually(lambda: ready(ingest.api)["unloaded_rows"] == 0)
    assert ready(ingest.api)["lag_seconds"] == 0


def waiting_for(seconds: float, ingest: Ingest) -> None:
    """API and loader say how much waits, and since when."""
    least_rows = 0.8 * seconds * EVENTS_PER_SECOND
    api, loader = ready(ingest.api), ready(ingest.loader)
    assert is_ready(ingest.api)
    assert api["unloaded_bytes"] > 300 * least_rows
    assert least_rows < api["unloaded_rows"] < 1.5 * seconds * EVENTS_PER_SECOND + 5_000
    assert seconds - 2 < api["lag_seconds"] < seconds + 10
    assert not is_ready(ingest.loader)
    assert "refused" in loader["reason"]
    assert loader["pending_rows"] > 0
    assert seconds - 2 < loader["lag_seconds"] < seconds + 10
    measured = metrics(ingest.api) | metrics(ingest.loader)
    assert measured["ingest_log_unloaded_bytes"] > 300 * least_rows
    assert measured["ingest_log_unloaded_rows"] > least_rows
    assert measured["ingest_log_lag_seconds"] > seconds - 3
    assert measured["loader_lag_seconds"] > seconds - 3
    assert measured["loader_pending_rows"] > 0


@only_in_full
@pytest.mark.timeout(600)
def test_a_slow_clickhouse_is_waited_for(stopped: Ingest, count: Callable[..., None]) -> None:
    stopped.api.start()
    client = RetryingClient(stopped.url, stopped.write_key, 0, BATCH, events_per_second=2_000)
    with behind_proxy(stopped) as proxy:
        stopped.loader.start()
        with sending([client]):
            eventually(lambda: len(client.acknowledged) > 1_000)
            proxy.delay = 2.0
            time.sleep(15)
            proxy.delay = 0.0
        account = settle(stopped, client.acknowledged)
    count(account)
    assert client.statuses == {200}
    assert account.is_exact, account
    assert account.stored == account.acked


@only_in_full
@pytest.mark.timeout(600)
def test_a_clickhouse_slower_than_the_timeout_doubles_nothing(
    stopped: Ingest, count: Callable[..., None]
) -> None:
    """The loader gives an insert up and kills it; it may have been committed all the same."""
    stopped.api.start()
    client = RetryingClient(stopped.url, stopped.write_key, 0, BATCH, events_per_second=2_000)
    with behind_proxy(stopped) as proxy:
        stopped.loader.start(INSERT_TIMEOUT_SECONDS="1")
        with sending([client]):
            eventually(lambda: len(client.acknowledged) > 1_000)
            for _ in range(3):
                proxy.delay = 3.0
                time.sleep(4)
                proxy.delay = 0.0
                time.sleep(3)
        account = settle(stopped, client.acknowledged)
    count(account)
    assert client.statuses == {200}
    assert account.is_exact, account
    assert account.stored == account.acked


@pytest.mark.timeout(300)
def test_a_connection_cut_after_the_commit_doubles_nothing_and_is_marked(
    stopped: Ingest, count: Callable[..., None]
) -> None:
    with behind_proxy(stopped) as proxy:
        stopped.api.start()
        stopped.loader.start()
        ids = uuids(3 * BATCH, 0, 0)
        for start in range(0, len(ids), BATCH):
            proxy.cuts = 1
            body = batch_of(ids[start : start + BATCH])
            assert stopped.post("/v1/events", content=body).status_code == 200
            wait_until_loaded(stopped)
        account = settle(stopped, ids)
        assert proxy.answers_cut == 3
    count(account)
    assert account.is_exact, account
    assert account.stored == len(ids)
    sql = """SELECT countIf(in_doubt), sum(row_count) FROM raw.load_watermarks FINAL
             WHERE has(project_ids, {project:String})"""
    assert stopped.query(sql) == [(3, len(ids))]


def is_ready(service: Service) -> bool:
    return httpx.get(service.probe, timeout=5).status_code == 200


def ready(service: Service) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.get(service.probe, timeout=5).json()
    return answer


def metrics(service: Service) -> dict[str, float]:
    """Values of the metrics without labels."""
    text = httpx.get(service.probe.replace("/ready", "/metrics"), timeout=5).text
    families = text_string_to_metric_families(text)
    return {
        each.name: each.value for family in families for each in family.samples if not each.labels
    }
