"""Rejected events are mended and sent again, once, in their own protocol."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from control_plane.database import AsyncDatabase
from control_plane.repositories import api_keys
from control_plane.repositories.rejected_replays import Outcome, ReplayState
from dashboard_api.event_quality import rejected
from dashboard_api.event_quality.payloads import Repair
from dashboard_api.event_quality.rejected import Filter, RejectedEvent
from dashboard_api.event_quality.replay import KEY_NAME, discard, replay
from semantic_layer.clickhouse import ClickHouse
from tests.ingest.services import Ingest, event

T = TypeVar("T")
SENT_AT = "2026-11-22T10:00:10Z"
HAPPENED_AT = "2026-11-22T10:00:00Z"  # ten seconds before it was sent, by the client's clock


class Desk:
    """The replay of one project."""

    def __init__(self, ingest: Ingest, reader_url: str) -> None:
        self.ingest = ingest
        self.reader_url = reader_url

    def run(self, work: Callable[[ClickHouse, AsyncDatabase], Awaitable[T]]) -> T:
        async def opened() -> T:
            warehouse = ClickHouse(self.reader_url)
            async with AsyncDatabase(self.ingest.database_url) as database:
                try:
                    return await work(warehouse, database)
                finally:
                    await warehouse.aclose()

        return asyncio.run(opened())

    def rejections(self, count: int, **wanted: Any) -> list[RejectedEvent]:
        self.ingest.wait_for_rows(count, table="raw.events_rejected")
        return self.listed(**wanted)

    def listed(self, **wanted: Any) -> list[RejectedEvent]:
        project_id = self.ingest.project_id

        async def work(warehouse: ClickHouse, database: AsyncDatabase) -> list[RejectedEvent]:
            found = await rejected.page(warehouse, database, project_id, Filter(**wanted))
            return found.events

        return self.run(work)

    def replay(self, events: list[RejectedEvent], repair: Repair) -> list[Outcome]:
        ids = [each.id for each in events]

        async def work(warehouse: ClickHouse, database: AsyncDatabase) -> list[Outcome]:
            ingest = self.ingest
            whole = await rejected.by_ids(warehouse, database, ingest.project_id, ids)
            return await replay(
                database, ingest.url, ingest.project_id, whole, repair, author="ada@example.com"
            )

        return self.run(work)


@pytest.fixture
def desk(ingest: Ingest, clickhouse_reader_url: str) -> Desk:
    return Desk(ingest, clickhouse_reader_url)


def test_a_mended_event_becomes_one_row_however_often_it_is_replayed(
    ingest: Ingest, desk: Desk
) -> None:
    nameless = {"event_id": str(uuid.uuid4()), "anonymous_id": "a1", "timestamp": HAPPENED_AT}
    ingest.send(nameless, event(), sent_at=SENT_AT)
    (found,) = desk.rejections(1)
    assert (found.code, found.state) == ("missing_event_name", ReplayState.OPEN)

    (refused,) = desk.replay([found], Repair())
    assert (refused.state, refused.code) == (ReplayState.FAILED, "missing_event_name")
    (failed,) = desk.rejections(2)
    assert failed.id == found.id
    assert failed.replay is not None
    assert (failed.replay.attempts, failed.replay.author) == (1, "ada@example.com")

    repair = Repair(patch={"event": "mended"})
    for _ in range(2):
        (sent,) = desk.replay([found], repair)
        assert sent == Outcome(found.id, ReplayState.REPLAYED, (nameless["event_id"],))
    rows = {row["event_name"]: row for row in ingest.wait_for_rows(2)}
    row = rows["mended"]
    assert str(row["event_id"]) == nameless["event_id"]
    ahead = row["timestamp"].replace(tzinfo=UTC) - found.received_at
    assert ahead == timedelta(seconds=-10)
    replayed = json.loads(row["context"])["replay"]
    assert replayed["of"] == found.id
    assert datetime.fromisoformat(replayed["received_at"]) == found.received_at
    assert desk.listed()[0].state is ReplayState.REPLAYED
    assert desk.listed(state=ReplayState.OPEN) == []


def test_an_event_without_an_id_gets_one_that_follows_from_its_place(
    ingest: Ingest, desk: Desk
) -> None:
    ingest.send({"anonymous_id": "a1"})
    (found,) = desk.rejections(1)
    before = datetime.now(UTC)
    (first,) = desk.replay([found], Repair(patch={"event": "x", "user_id": 7}))
    (row,) = ingest.wait_for_rows(1)
    assert (str(row["event_id"]),) == first.event_ids
    assert row["timestamp"].replace(tzinfo=UTC) == found.received_at < before
    # As if the first answer had been lost: the same event is sent once more.
    open_again = found.model_copy(update={"state": ReplayState.OPEN})

    async def again(_: ClickHouse, database: AsyncDatabase) -> list[Outcome]:
        return await replay(
            database,
            ingest.url,
            ingest.project_id,
            [open_again],
            Repair(patch={"event": "x", "user_id": 7}),
            author="ada@example.com",
        )

    assert desk.run(again)[0].event_ids == first.event_ids
    ingest.send(event(event="after"))
    assert len(ingest.wait_for_rows(2)) == 2


def test_segment_payloads_keep_what_their_request_said(ingest: Ingest, desk: Desk) -> None:
    ingest.post("/v1/identify", json={"messageId": "m-1", "traits": {"plan": "pro"}})
    ingest.post(
        "/v1/batch",
        json={
            "sentAt": SENT_AT,
            "context": {"locale": "de-DE"},
            "batch": [
                {"type": "track", "event": "a", "messageId": "m-2", "timestamp": HAPPENED_AT}
            ],
        },
    )
    found = desk.rejections(2, protocol="segment")
    sent = desk.replay(found, Repair(patch={"userId": "u1"}))
    assert {outcome.state for outcome in sent} == {ReplayState.REPLAYED}
    rows = {row["type"]: row for row in ingest.wait_for_rows(2)}
    assert set(rows) == {"identify", "track"}
    assert (rows["track"]["locale"], rows["track"]["protocol"]) == ("de-DE", "segment")
    assert json.loads(rows["identify"]["traits"]) == {"plan": "pro"}


def test_posthog_payloads_are_replayed_in_their_own_protocol(ingest: Ingest, desk: Desk) -> None:
    nobody = {"event": "$pageview", "uuid": str(uuid.uuid4()), "timestamp": HAPPENED_AT}
    batch = {"api_key": ingest.write_key, "batch": [nobody], "sent_at": SENT_AT}
    ingest.post("/batch", json=batch)
    (found,) = desk.rejections(1, code="missing_identity")
    (sent,) = desk.replay([found], Repair(patch={"distinct_id": "u1"}))
    assert sent == Outcome(found.id, ReplayState.REPLAYED, (nobody["uuid"],))
    (row,) = ingest.wait_for_rows(1)
    assert (row["protocol"], row["event_name"], row["user_id"]) == ("posthog", "page_view", "u1")
    ahead = row["timestamp"].replace(tzinfo=UTC) - found.received_at
    assert ahead == timedelta(seconds=-10)


def test_payloads_of_posthog_s_newer_protocol_keep_what_their_headers_said(
    ingest: Ingest, desk: Desk
) -> None:
    shared = {"timestamp": HAPPENED_AT, "session_id": "s1", "properties": {"n": 1}}
    batch = [
        {**shared, "event": "corrected", "uuid": str(uuid.uuid4()), "options": {}},
        {**shared, "event": "exact", "options": {"disable_skew_correction": True}},
    ]
    headers = {"PostHog-Sdk-Info": "posthog-go/1.2.3", "PostHog-Request-Timestamp": SENT_AT}
    ingest.post("/i/v1/analytics/events", json={"batch": batch}, headers=headers)
    found = {each.event_name: each for each in desk.rejections(2, code="missing_identity")}
    sent = desk.replay(list(found.values()), Repair(patch={"distinct_id": "u1"}))
    assert {outcome.state for outcome in sent} == {ReplayState.REPLAYED}
    rows = {row["event_name"]: row for row in ingest.wait_for_rows(2)}
    expected = {
        "protocol": "posthog",
        "user_id": "u1",
        "session_id": "s1",
        "library": "posthog-go",
        "library_version": "1.2.3",
    }
    for name, row in rows.items():
        assert {column: row[column] for column in expected} == expected
        assert json.loads(row["properties"])["$replay_of"] == found[name].id
    moments = {name: row["timestamp"].replace(tzinfo=UTC) for name, row in rows.items()}
    before = found["corrected"].received_at - moments["corrected"]
    assert before == timedelta(seconds=10)
    assert moments["exact"] == datetime.fromisoformat(HAPPENED_AT)


def test_a_payload_that_is_no_json_is_replaced_as_a_whole(ingest: Ingest, desk: Desk) -> None:
    ingest.post("/v1/events", content=b'{"events": [')
    (found,) = desk.rejections(1, code="malformed_json")
    (unusable,) = desk.replay([found], Repair(patch={"event": "x"}))
    assert (unusable.state, unusable.code) == (ReplayState.FAILED, "unusable_payload")
    whole = {"events": [event(event="one"), event(event="two")]}
    (sent,) = desk.replay([found], Repair(payload=whole))
    assert sent.event_ids == tuple(each["event_id"] for each in whole["events"])
    assert len(ingest.wait_for_rows(2)) == 2


def test_the_key_of_a_replay_is_gone_afterwards_and_what_is_discarded_stays_listed(
    ingest: Ingest, desk: Desk
) -> None:
    ingest.send({"anonymous_id": "a1"}, {"event": "x"})
    nameless, nobody = sorted(
        desk.rejections(2), key=lambda each: each.code != "missing_event_name"
    )
    desk.replay([nameless], Repair(patch={"event": "named"}))

    async def work(_: ClickHouse, database: AsyncDatabase) -> set[str]:
        await discard(database, ingest.project_id, [nobody], "ada@example.com")
        keys = await database.run(api_keys.of_project, ingest.project_id)
        return {key.name for key in keys}

    assert KEY_NAME not in desk.run(work)
    assert {each.code: each.state for each in desk.listed()} == {
        "missing_event_name": ReplayState.REPLAYED,
        "missing_identity": ReplayState.DISCARDED,
    }


def test_pages_follow_each_other_without_gaps(ingest: Ingest, desk: Desk) -> None:
    ingest.send(*({"event": f"e{number}"} for number in range(7)))
    everything = [each.id for each in desk.rejections(7)]

    async def work(warehouse: ClickHouse, database: AsyncDatabase) -> list[str]:
        seen: list[str] = []
        cursor = None
        while True:
            found = await rejected.page(
                warehouse, database, ingest.project_id, Filter(), limit=3, cursor=cursor
            )
            seen += [each.id for each in found.events]
            cursor = found.cursor
            if cursor is None:
                return seen

    assert desk.run(work) == everything
    assert [each.event_name for each in desk.listed(event="e3")] == ["e3"]
