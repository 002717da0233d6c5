"""Sends mended events through the ingest API again, and keeps what became of them.

A key is made for the purpose and deleted afterwards. Whatever stops a replay half-way, the same
command goes on: an event keeps its id, and ingest drops what it has already.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from control_plane.database import AsyncDatabase
from control_plane.keys import KeyKind
from control_plane.repositories import api_keys, rejected_replays
from control_plane.repositories.rejected_replays import Outcome, ReplayState
from dashboard_api.event_quality.payloads import (
    WIRES,
    Origin,
    Prepared,
    Repair,
    UnusablePayloadError,
    prepare,
)
from dashboard_api.event_quality.rejected import RejectedEvent

KEY_NAME = "replay of rejected events"
MAX_BATCH_EVENTS = 200
MAX_BATCH_BYTES = 256_000
PATIENCE_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 10.0
ABANDONED = timedelta(hours=1)  # a key that a killed replay has left


class ReplayFailedError(Exception):
    """Ingest took nothing more; what was sent before is on record."""


@dataclass(frozen=True)
class _Item:
    outcome_of: str  # id of the rejected event
    event: dict[str, Any]


async def replay(
    database: AsyncDatabase,
    ingest_url: str,
    project_id: str,
    events: Sequence[RejectedEvent],
    repair: Repair,
    *,
    author: str,
) -> list[Outcome]:
    """Outcomes in the order of `events`; those that were replayed before are left as they are.

    Raises ReplayFailedError when ingest cannot be reached or refuses everything.
    """
    prepared: dict[str, Prepared] = {}
    outcomes: dict[str, Outcome] = {}
    for event in events:
        if event.state is ReplayState.REPLAYED and event.replay:
            ids = tuple(event.replay.event_ids)
            outcomes[event.id] = Outcome(event.id, ReplayState.REPLAYED, ids)
            continue
        try:
            prepared[event.id] = prepare(_origin(event, project_id), repair)
        except UnusablePayloadError as unusable:
            outcomes[event.id] = Outcome(
                event.id, ReplayState.FAILED, (), "unusable_payload", "", str(unusable)
            )
    await database.run(
        rejected_replays.record,
        project_id,
        [outcome for outcome in outcomes.values() if outcome.state is ReplayState.FAILED],
        author,
    )
    if prepared:
        async with _sender(database, ingest_url, project_id) as sender:
            async for sent in sender.deliver(prepared):
                await database.run(rejected_replays.record, project_id, sent, author)
                outcomes |= {outcome.rejected_id: outcome for outcome in sent}
    return [outcomes[event.id] for event in events]


async def discard(
    database: AsyncDatabase, project_id: str, events: Sequence[RejectedEvent], author: str
) -> list[Outcome]:
    """Note that nothing is to be done about these; replayed ones stay so."""
    outcomes = [
        Outcome(event.id, ReplayState.DISCARDED, (), event.code, event.field, event.reason)
        for event in events
        if event.state is not ReplayState.REPLAYED
    ]
    await database.run(rejected_replays.record, project_id, outcomes, author)
    return outcomes


def _origin(event: RejectedEvent, project_id: str) -> Origin:
    return Origin(
        event.id,
        project_id,
        event.received_at,
        event.code,
        event.protocol,
        event.payload,
        event.envelope,
    )


@asynccontextmanager
async def _sender(
    database: AsyncDatabase, ingest_url: str, project_id: str
) -> AsyncIterator["_Sender"]:
    abandoned = datetime.now(UTC) - ABANDONED
    await database.run(api_keys.delete_named_before, KEY_NAME, abandoned)
    made = await database.run(api_keys.create_for_project, project_id, KeyKind.WRITE, name=KEY_NAME)
    headers = {"authorization": f"Bearer {made.plaintext}", "content-type": "application/json"}
    try:
        async with httpx.AsyncClient(
            base_url=ingest_url.rstrip("/"), headers=headers, timeout=60, trust_env=False
        ) as http:
            yield _Sender(http)
    finally:
        await database.run(api_keys.delete, made.key.id)


class _Sender:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._started = time.monotonic()

    async def deliver(self, prepared: dict[str, Prepared]) -> AsyncIterator[list[Outcome]]:
        """Outcomes, batch by batch."""
        by_protocol: dict[str, list[tuple[str, Prepared]]] = defaultdict(list)
        for rejected_id, each in prepared.items():
            by_protocol[each.protocol].append((rejected_id, each))
        for protocol, wanted in by_protocol.items():
            for batch in _batches(wanted):
                items = [_Item(name, event) for name, each in batch for event in each.events]
                refused: dict[str, Outcome] = {}
                await self._send(protocol, items, refused)
                yield [_outcome(name, each, refused.get(name)) for name, each in batch]

    async def _send(self, protocol: str, items: list[_Item], refused: dict[str, Outcome]) -> None:
        wire = WIRES[protocol]
        body = json.dumps({wire.batch: [item.event for item in items]}, separators=(",", ":"))
        answer = await self._post(wire.path, body.encode(errors="replace"))
        content = _content(answer)
        found = content.get("rejected" if answer.status_code == HTTPStatus.OK else "errors") or []
        if answer.status_code == HTTPStatus.OK or len(found) == len(items):
            for item in found:
                name = items[item["index"]].outcome_of
                texts = (str(item.get(key) or "") for key in ("code", "field", "reason"))
                refused.setdefault(name, Outcome(name, ReplayState.FAILED, (), *texts))
        elif len(items) > 1:
            middle = len(items) // 2
            await self._send(protocol, items[:middle], refused)
            await self._send(protocol, items[middle:], refused)
        else:
            name = items[0].outcome_of
            reason = str(content.get("detail") or answer.reason_phrase)
            code = str(content.get("type") or f"http-{answer.status_code}")
            refused.setdefault(name, Outcome(name, ReplayState.FAILED, (), code, "", reason))

    async def _post(self, path: str, body: bytes) -> httpx.Response:
        """An answer about these events; waits while ingest asks for patience."""
        began, wait = time.monotonic(), 0.25
        while True:
            try:
                answer = await self._http.post(path, content=body)
            except httpx.HTTPError as error:
                reason, pause = f"{type(error).__name__}: {error}", wait
            else:
                if not self._is_for_later(answer):
                    return answer
                reason = f"{answer.status_code} {_content(answer).get('detail', '')}"
                asked = answer.headers.get("retry-after", "")
                pause = float(asked) if asked.isdigit() else wait
            if time.monotonic() - began + min(pause, LONGEST_WAIT_SECONDS) > PATIENCE_SECONDS:
                raise ReplayFailedError(f"the ingest API does not take the events: {reason}")
            await asyncio.sleep(min(pause, LONGEST_WAIT_SECONDS))
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _is_for_later(self, answer: httpx.Response) -> bool:
        status = answer.status_code
        # A new key is refused by an ingest process that has not read it yet.
        is_new_key = time.monotonic() - self._started < PATIENCE_SECONDS
        return (
            status == HTTPStatus.TOO_MANY_REQUESTS
            or status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or (status == HTTPStatus.UNAUTHORIZED and is_new_key)
        )


def _outcome(name: str, prepared: Prepared, refused: Outcome | None) -> Outcome:
    if refused is None:
        return Outcome(name, ReplayState.REPLAYED, prepared.event_ids)
    return Outcome(
        name, refused.state, prepared.event_ids, refused.code, refused.field, refused.reason
    )


def _batches(wanted: list[tuple[str, Prepared]]) -> list[list[tuple[str, Prepared]]]:
    batches: list[list[tuple[str, Prepared]]] = []
    count = size = 0
    for name, each in wanted:
        length = sum(len(json.dumps(event)) for event in each.events)
        is_full = count + len(each.events) > MAX_BATCH_EVENTS or size + length > MAX_BATCH_BYTES
        if not batches or is_full:
            batches.append([])
            count = size = 0
        batches[-1].append((name, each))
        count, size = count + len(each.events), size + length
    return batches


def _content(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
