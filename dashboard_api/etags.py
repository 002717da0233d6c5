"""Conditional answers: 304 when the client already has this content."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

# Differs between two answers with the same content.
VOLATILE = frozenset({"computed_at", "queries"})


def etag_of(content: BaseModel) -> str:
    """Weak: equal numbers match even if they were computed at another time."""
    stable = content.model_dump_json(exclude=set(VOLATILE))
    return f'W/"{hashlib.sha256(stable.encode()).hexdigest()[:32]}"'


def matches(request: Request, etag: str) -> bool:
    presented = request.headers.get("if-none-match", "")
    wanted = etag.removeprefix("W/")
    candidates = (tag.strip().removeprefix("W/") for tag in presented.split(","))
    return presented.strip() == "*" or wanted in candidates


def conditional(request: Request, content: BaseModel) -> Response:
    etag = etag_of(content)
    if matches(request, etag):
        return Response(status_code=304, headers={"etag": etag})
    body = content.model_dump_json(by_alias=True)
    return Response(body, media_type="application/json", headers={"etag": etag})
