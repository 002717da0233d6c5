"""The machine's clock is an hour off, and is set back while the services run."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.retrying import settle, uuids, wait_until_loaded
from tests.faults.scale import only_in_full
from tests.ingest.services import Ingest, Service, event

HOUR = 3600.0
BATCH = 20
AGE = timedelta(seconds=10)  # of each event when it is sent, by the client's clock


@only_in_full
@pytest.mark.timeout(300)
def test_a_clock_that_is_wrong_and_set_back_costs_nothing(
    stopped: Ingest, tmp_path: Path, count: Callable[..., None]
) -> None:
    offset = tmp_path / "offset"
    for service in (stopped.api, stopped.loader):
        by_shifted_clock(service, offset)
    ids: list[bytes] = []
    seen: list[list[dict[str, Any]]] = []
    shifts = [HOUR, -HOUR, -HOUR, 0.0, HOUR]
    restarts = [True, False, True, False, True]
    for shift, restart in zip(shifts, restarts, strict=True):
        offset.write_text(str(shift))
        if restart:
            for service in (stopped.api, stopped.loader):
                service.end()
                service.start()
        new = uuids(BATCH, 0, len(ids))
        send(stopped, new)
        ids += new
        lag = httpx.get(stopped.api.probe).json()["lag_seconds"]
        assert 0 <= lag < 5
        wait_until_loaded(stopped)
        names = {each.decode() for each in new}
        rows = [row for row in stopped.stored() if str(row["event_id"]) in names]
        assert len(rows) == BATCH
        assert_times(rows, shift)
        seen.append(rows)
    account = settle(stopped, ids)
    count(account)
    assert account.is_exact, account
    assert account.stored == len(ids)
    assert len({row["_stream"] for rows in seen for row in rows}) == restarts.count(True)
    for earlier, later in itertools.pairwise(seen):
        assert max(row["load_id"] for row in earlier) < min(row["load_id"] for row in later)


def send(ingest: Ingest, ids: list[bytes]) -> None:
    """The client's clock is right."""
    now = datetime.now(UTC)
    events = [event(event_id=each.decode(), timestamp=(now - AGE).isoformat()) for each in ids]
    answer = ingest.post(
        "/v1/events", content=json.dumps({"events": events, "sent_at": now.isoformat()})
    )
    assert answer.status_code == 200


def assert_times(rows: list[dict[str, Any]], shift: float) -> None:
    """Received by the server's clock; the client's tells only how long before it happened."""
    expected = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=shift)
    for row in rows:
        assert abs((row["received_at"] - expected).total_seconds()) < 10
        assert abs((row["received_at"] - AGE - row["timestamp"]).total_seconds()) < 0.5
        assert row["timestamp_rule"] == "clock_corrected"


def by_shifted_clock(service: Service, offset: Path) -> None:
    interpreter, _, module = service.command
    service.command = (interpreter, "-m", "tests.faults.shifted_clock", str(offset), module)
