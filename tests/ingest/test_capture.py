"""From an HTTP request to a row of raw.events, through the running services."""

import uuid

from tests.ingest.conftest import Ingest, event


def test_an_accepted_event_becomes_a_row(ingest: Ingest) -> None:
    event_id = str(uuid.uuid4())
    answer = ingest.send(
        event(event_id=event_id, event="order_completed", properties={"revenue": 12.5})
    )
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "rejected": []})
    (row,) = ingest.wait_for_rows(1)
    assert str(row["event_id"]) == event_id
    assert row["event_name"] == "order_completed"
    assert row["properties"] == '{"revenue":12.5}'
    assert row["timestamp_rule"] == "received"
    assert row["timestamp"] == row["received_at"]
    assert row["load_id"] > 0
