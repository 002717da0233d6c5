"""Describes the capture routes in the OpenAPI document, since FastAPI's router never sees them."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from ingest.capture.routes import NATIVE_PATHS, PIXELS, SEGMENT_PREFIXES, SHORTEST_SEGMENT_PATH
from ingest.protocols import posthog, posthog_v1, segment

Document = dict[str, Any]


class NativeEvent(BaseModel):
    """At least one of `user_id` and `anonymous_id` is needed, and a name for `track`."""

    event_id: str | None = Field(None, description="UUIDv7; other texts are hashed to a UUID")
    type: str = Field("track", description="track, page, screen, identify, group or alias")
    event: str | None = Field(None, max_length=200)
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    session_id: str | int | None = None
    timestamp: str | int | float | None = Field(None, description="RFC 3339, or epoch s, ms or µs")
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    group_id: str | int | None = None
    previous_id: str | int | None = None
    context: dict[str, Any] | None = None


class NativeBatch(BaseModel):
    events: list[NativeEvent] = Field(max_length=2_500)
    sent_at: str | int | float | None = Field(None, description="client clock, corrects timestamps")
    write_key: str | None = Field(None, description="where no header can be set (page exit)")


class RejectedItem(BaseModel):
    index: int
    event_id: str | None
    field: str
    reason: str
    code: str


class Accepted(BaseModel):
    accepted: int
    rejected: list[RejectedItem]


class SegmentBatch(BaseModel):
    """One Segment message, or several under `batch`."""

    batch: list[dict[str, Any]] | None = None
    sentAt: str | None = None  # noqa: N815 - Segment's name
    writeKey: str | None = None  # noqa: N815
    context: dict[str, Any] | None = None


class SegmentAccepted(Accepted):
    success: bool


class PostHogBatch(BaseModel):
    """Several PostHog events under `batch`; a list of events or one event are taken as well."""

    batch: list[dict[str, Any]] | None = None
    api_key: str | None = None
    sent_at: str | None = None
    historical_migration: bool | None = None


class PostHogAccepted(Accepted):
    status: int


class PostHogV1Batch(BaseModel):
    """The client's clock and its name are in `PostHog-Request-Timestamp` and `PostHog-Sdk-Info`."""

    batch: list[dict[str, Any]]
    created_at: str | None = None
    historical_migration: bool | None = None


class PostHogV1Accepted(PostHogAccepted):
    results: dict[str, dict[str, str]] = Field(description="`ok` or `drop` by uuid")


class ProblemBody(BaseModel):
    type: str
    title: str
    status: int
    detail: str
    errors: list[Any]


_PROBLEMS = {
    "400": "malformed JSON (with its position), an empty batch, or no event accepted",
    "401": "no active write key",
    "408": "the body came too slowly",
    "413": "above 500 KB or 2,500 events",
    "429": "above the allowance of the project's tier",
    "503": "backlog or disk beyond the limit, or the log cannot be written; send again",
}
_SCHEMAS: tuple[type[BaseModel], ...] = (
    NativeEvent,
    NativeBatch,
    RejectedItem,
    Accepted,
    SegmentBatch,
    SegmentAccepted,
    PostHogBatch,
    PostHogAccepted,
    PostHogV1Batch,
    PostHogV1Accepted,
    ProblemBody,
)


def with_capture_routes(api: FastAPI) -> None:
    """Extend `api.openapi`; the document is made once."""
    base = api.openapi

    def openapi() -> Document:
        if api.openapi_schema is None:
            api.openapi_schema = _add_capture_routes(base())
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def _add_capture_routes(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in _SCHEMAS:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    document["components"]["securitySchemes"] = {
        "write_key": {"type": "http", "scheme": "bearer"},
        "write_key_as_user": {"type": "http", "scheme": "basic"},
    }
    paths = document["paths"]
    for path in NATIVE_PATHS:
        paths[path] = {"post": _operation(path, "native", NativeBatch, NativeEvent, Accepted)}
    for prefix in SEGMENT_PREFIXES:
        for name in segment.CALLS:
            paths[prefix + name] = {"post": _segment_operation(prefix + name)}
    paths[SHORTEST_SEGMENT_PATH] = {"post": _segment_operation(SHORTEST_SEGMENT_PATH)}
    for path in PIXELS:
        paths[path] = {"get": _pixel_operation(path)}
    for path in posthog.PATHS:
        paths[path] = {"post": _operation(path, "posthog", PostHogBatch, None, PostHogAccepted)}
    paths[posthog_v1.PATH] = {
        "post": _operation(posthog_v1.PATH, "posthog", PostHogV1Batch, None, PostHogV1Accepted)
    }
    return document


def _segment_operation(path: str) -> Document:
    return _operation(path, "segment", SegmentBatch, None, SegmentAccepted)


def _pixel_operation(path: str) -> Document:
    data = {"name": "data", "in": "query", "required": True, "schema": {"type": "string"}}
    return {
        "tags": ["segment"],
        "summary": "Send a message by an image",
        "operationId": "get" + path.replace("/", "_"),
        "parameters": [{**data, "description": "a message with its `writeKey`, in base64"}],
        "responses": {
            "200": {"description": "Durable, or kept as rejected.", "content": {"image/gif": {}}},
            **{status: _problem(text) for status, text in _PROBLEMS.items()},
        },
    }


def _operation(
    path: str,
    tag: str,
    body: type[BaseModel],
    alternative: type[BaseModel] | None,
    answer: type[BaseModel],
) -> Document:
    bodies = [_reference(model) for model in (body, alternative) if model]
    return {
        "tags": [tag],
        "summary": "Send events",
        "operationId": "post" + path.replace("/", "_"),
        "security": [{"write_key": []}, {"write_key_as_user": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"anyOf": bodies}}},
        },
        "responses": {
            "200": {
                "description": "Durable. Events that are not valid are listed in `rejected`.",
                "content": {"application/json": {"schema": _reference(answer)}},
            },
            **{status: _problem(text) for status, text in _PROBLEMS.items()},
        },
    }


def _problem(description: str) -> Document:
    content = {"application/problem+json": {"schema": _reference(ProblemBody)}}
    return {"description": description, "content": content}


def _reference(model: type[BaseModel]) -> Document:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
