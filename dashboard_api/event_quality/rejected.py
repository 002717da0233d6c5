"""Rejected events: where they are listed from, page by page."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from control_plane.database import AsyncDatabase
from control_plane.errors import InvalidValueError, NotFoundError
from control_plane.models import RejectedReplay
from control_plane.repositories import rejected_replays
from control_plane.repositories.rejected_replays import ReplayState
from dashboard_api.event_quality.periods import Period, clickhouse_time
from dashboard_api.event_quality.plan_report import IS_REPLAY, named_rows
from semantic_layer.clickhouse import ClickHouse

MAX_SCANNED = 5_000  # rows read at most to fill a page of one state

_ID = re.compile(r"(\d{1,20})-(\d{1,20})-(\d{1,10})")
_CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})_(\d{1,20})-(\d{1,20})-(\d{1,10})")

_COLUMNS = (
    "rejected_id, received_at, code, field, reason, protocol, stream, frame, row, envelope, "
    "JSONExtractString(payload, 'event') AS event_name"
)
PAGE = f"""
SELECT {_COLUMNS}, leftUTF8(payload, 500) AS payload
FROM analytics.rejected_events
WHERE project_id = {{project:String}}
    AND received_at >= {{since:DateTime64(3, 'UTC')}}
    AND received_at < {{until:DateTime64(3, 'UTC')}}
    AND ({{code:String}} = '' OR code = {{code:String}})
    AND ({{protocol:String}} = '' OR protocol = {{protocol:String}})
    AND ({{event:String}} = '' OR event_name = {{event:String}})
    AND (received_at, stream, frame, row)
        < ({{at:DateTime64(3, 'UTC')}}, {{stream:UInt64}}, {{frame:UInt64}}, {{row:UInt32}})
    AND NOT {IS_REPLAY}
ORDER BY received_at DESC, stream DESC, frame DESC, row DESC
LIMIT {{limit:UInt32}}
"""  # noqa: S608
BY_IDS = f"""
SELECT {_COLUMNS}, payload
FROM analytics.rejected_events
WHERE project_id = {{project:String}} AND rejected_id IN {{ids:Array(String)}}
ORDER BY received_at, stream, frame, row
"""  # noqa: S608


class Replay(BaseModel):
    """What was done about it; `code`, `field` and `reason` are of the newest refusal."""

    state: ReplayState
    attempts: int
    author: str = Field(description="Who did it last")
    at: datetime
    event_ids: list[str]
    code: str
    field: str
    reason: str


class RejectedEvent(BaseModel):
    id: str = Field(examples=["1795378362000001-17-0"])
    received_at: datetime
    code: str = Field(examples=["missing_identity"])
    field: str = Field(examples=["user_id"])
    reason: str
    protocol: str = Field(examples=["native"])
    event_name: str = Field(description="Empty where the payload names none")
    payload: str = Field(description="As received; lists show its first 500 characters")
    envelope: str = Field(description="JSON: what the batch said of all its events, or empty")
    state: ReplayState
    replay: Replay | None


class Filter(NamedTuple):
    period: Period = Period()
    code: str = ""
    event: str = ""
    protocol: str = ""
    state: ReplayState | None = None


class Page(NamedTuple):
    events: list[RejectedEvent]
    cursor: str | None


async def page(
    warehouse: ClickHouse,
    database: AsyncDatabase,
    project_id: str,
    wanted: Filter,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The newest first. `cursor` is that of the page before; None after the last."""
    events: list[RejectedEvent] = []
    scanned = 0
    size = limit + 1 if wanted.state is None else max(limit + 1, 500)
    while len(events) <= limit and scanned < MAX_SCANNED:
        values = {**_values(project_id, wanted), **_after(cursor), "limit": str(size)}
        found = await _with_states(database, project_id, await named_rows(warehouse, PAGE, values))
        scanned += len(found)
        events += [event for event in found if wanted.state in (None, event.state)]
        if len(found) < size:
            return Page(events[:limit], _cursor(events[limit - 1]) if events[limit:] else None)
        cursor = _cursor(found[-1])
    return Page(events[:limit], _cursor(events[limit - 1]) if len(events) > limit else cursor)


async def unfinished(
    warehouse: ClickHouse,
    database: AsyncDatabase,
    project_id: str,
    wanted: Filter,
    *,
    limit: int,
) -> list[RejectedEvent]:
    """Events that are open or failed, with their whole payloads."""
    ids: list[str] = []
    cursor: str | None = None
    while len(ids) < limit:
        found = await page(warehouse, database, project_id, wanted, limit=1_000, cursor=cursor)
        ids += [
            event.id
            for event in found.events
            if event.state in (ReplayState.OPEN, ReplayState.FAILED)
        ]
        cursor = found.cursor
        if cursor is None:
            break
    chosen = ids[:limit]
    return await by_ids(warehouse, database, project_id, chosen) if chosen else []


async def by_ids(
    warehouse: ClickHouse, database: AsyncDatabase, project_id: str, ids: list[str]
) -> list[RejectedEvent]:
    """With their whole payloads, the oldest first. Raises NotFoundError for one that is none."""
    for each in ids:
        if not _ID.fullmatch(each):
            raise NotFoundError("rejected event", each)
    array = "[" + ",".join(f"'{each}'" for each in ids) + "]"
    rows = await named_rows(warehouse, BY_IDS, {"project": project_id, "ids": array})
    missing = set(ids) - {row["rejected_id"] for row in rows}
    if missing:
        raise NotFoundError("rejected event", min(missing))
    return await _with_states(database, project_id, rows)


async def _with_states(
    database: AsyncDatabase, project_id: str, rows: list[dict[str, Any]]
) -> list[RejectedEvent]:
    ids = [row["rejected_id"] for row in rows]
    known = await database.run(rejected_replays.of_events, project_id, ids) if ids else {}
    return [_event(row, known.get(row["rejected_id"])) for row in rows]


def _event(row: dict[str, Any], replay: RejectedReplay | None) -> RejectedEvent:
    return RejectedEvent(
        **{name: row[name] for name in RejectedEvent.model_fields if name in row},
        id=row["rejected_id"],
        state=ReplayState(replay.state) if replay else ReplayState.OPEN,
        replay=Replay(
            state=ReplayState(replay.state),
            attempts=replay.attempts,
            author=replay.author,
            at=replay.updated_at,
            event_ids=replay.event_ids,
            code=replay.code,
            field=replay.field,
            reason=replay.reason,
        )
        if replay
        else None,
    )


def _values(project_id: str, wanted: Filter) -> dict[str, str]:
    return {
        "project": project_id,
        "code": wanted.code,
        "event": wanted.event,
        "protocol": wanted.protocol,
        **wanted.period.values,
    }


def _cursor(event: RejectedEvent) -> str:
    return f"{clickhouse_time(event.received_at).replace(' ', 'T')}_{event.id}"


def _after(cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {"at": "2200-01-01 00:00:00.000", "stream": "0", "frame": "0", "row": "0"}
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidValueError("cursor", "is none that a page before has given")
    at, stream, frame, row = match.groups()
    return {"at": at.replace("T", " "), "stream": stream, "frame": frame, "row": row}
