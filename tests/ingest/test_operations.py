"""Backpressure, the live feed, and what happens when something beside ingest is away."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from tests.ingest.services import Ingest, event, make_ingest

NOWHERE = "127.0.0.1:9"  # discard: nothing listens


@pytest.fixture
def stopped(tmp_path: Path, warehouse_url: str, database_url: str, redis_url: str) -> Ingest:
    """Services that the test starts as it needs them."""
    return make_ingest(tmp_path, warehouse_url, database_url, redis_url)


@pytest.mark.timeout(300)
def test_a_full_disk_is_answered_with_503_and_nothing_is_written(stopped: Ingest) -> None:
    stopped.api.start(DISK_RESERVE_BYTES=str(1 << 60))
    try:
        answer = stopped.send(event())
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 1
        assert list(stopped.log_directory.glob("*.segment")) == []
        time.sleep(1.5)
        ready = stopped.http.get(stopped.api.probe)
        assert (ready.status_code, ready.json()["reason"]) == (503, "The disk is nearly full.")
    finally:
        stopped.api.kill()


@pytest.mark.timeout(300)
def test_capture_goes_on_without_postgresql_redis_and_clickhouse(stopped: Ingest) -> None:
    stopped.api.start()
    assert stopped.send(event()).status_code == 200  # the key is in the snapshot from now on
    assert stopped.api.end() == -signal.SIGTERM  # uvicorn stops in order, then repeats it
    stopped.api.start(
        DATABASE_URL=f"postgresql+psycopg://nobody:x@{NOWHERE}/none",
        REDIS_URL=f"redis://{NOWHERE}/0",
        CLICKHOUSE_URL=f"http://admin@{NOWHERE}",
    )
    try:
        assert stopped.send(event()).status_code == 200
        unknown = stopped.post(
            "/v1/events", json=event(), headers={"Authorization": "Bearer wk_new"}
        )
        assert (unknown.status_code, unknown.json()["type"]) == (503, "keys-unavailable")
        health = stopped.http.get(stopped.url + "/health").json()
        assert health["status"] == "unhealthy"
        assert stopped.http.get(stopped.api.probe).status_code == 200
        stopped.loader.start(wait=False)
        stopped.wait_for_rows(2, seconds=60)
    finally:
        stopped.api.kill()
        stopped.loader.kill()


@pytest.mark.timeout(300)
def test_a_second_loader_refuses(ingest: Ingest) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "ingest.loader"],
        env=dict(ingest.loader.environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert second.returncode == 1
    assert "another loader works on" in second.stderr


def test_accepted_events_are_published_live(ingest: Ingest) -> None:
    url = ingest.api.environment["REDIS_URL"]
    with redis.Redis.from_url(url) as client, client.pubsub() as feed:
        feed.subscribe(f"live:{ingest.project_id}")
        feed.get_message(timeout=5)
        events = [event(event="seen", user_id=f"u{number}") for number in range(25)]
        ingest.send(*events)
        message = feed.get_message(ignore_subscribe_messages=True, timeout=10)
    assert message is not None
    published = json.loads(message["data"])
    assert published["count"] == 25
    assert len(published["events"]) == 20
    assert published["events"][0].keys() == {
        *("event_id", "event_name", "type", "user_id", "anonymous_id"),
        *("timestamp", "received_at", "path", "country"),
    }
    assert published["events"][0]["event_id"] == events[0]["event_id"]
