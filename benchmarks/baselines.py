"""What ingest is compared with: bare ASGI, and a FastAPI route with a Pydantic body."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

ANSWER = b'{"accepted":20,"rejected":[]}'


async def floor(_: dict[str, Any], receive: Any, send: Any) -> None:
    """Receives the body and decodes nothing."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


class Event(BaseModel):
    event_id: UUID
    event: str
    timestamp: datetime
    user_id: str | None = None
    anonymous_id: str | None = None
    session_id: str | None = None
    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}


class Batch(BaseModel):
    events: list[Event]
    sent_at: datetime | None = None


pydantic_route = FastAPI()


@pydantic_route.post("/v1/events")
async def post_events(batch: Batch) -> dict[str, Any]:
    """Decodes and stores nothing."""
    return {"accepted": len(batch.events), "rejected": []}
