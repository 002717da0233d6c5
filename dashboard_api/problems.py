"""RFC 9457 problem details: the only shape in which this API reports an error."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from control_plane.errors import (
    AlreadyExistsError,
    ChangedMeanwhileError,
    ControlPlaneError,
    InvalidValueError,
    NotFoundError,
)
from control_plane.tracking_plan.document import InvalidPlanError
from semantic_layer.errors import SemanticError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

MAX_PLAN_PROBLEMS = 100

# Parts of a validation error's location that say where, not what.
LOCATION_PREFIXES = ("body", "query", "path", "header", "cookie")


class FieldError(BaseModel):
    """One thing that is wrong, and with which field."""

    model_config = ConfigDict(extra="allow")

    field: str = Field(examples=["metrics[0]"])
    reason: str = Field(examples=["There is no metric 'dua'."])
    code: str = Field(examples=["unknown_metric"])
    near: list[str] | None = Field(
        default=None, description="Names that are spelt alike", examples=[["dau"]]
    )


class Problem(BaseModel):
    """`application/problem+json`; `type` is stable, `detail` says what to do."""

    type: str = Field(examples=["unknown-metric"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["There is no metric 'dua'. Did you mean 'dau'?"])
    errors: list[FieldError] = Field(default_factory=list)
    request_id: str | None = Field(default=None, description="Quote it when reporting an error")


class ProblemError(Exception):
    """Raised anywhere below a route; becomes a problem response."""

    def __init__(
        self,
        status: int,
        type_: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


def title_of(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_response(
    request: Request,
    status: int,
    type_: str,
    detail: str,
    *,
    title: str | None = None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(
        type=type_,
        title=title or title_of(status),
        status=status,
        detail=detail,
        errors=list(errors),
        request_id=request.scope.get("request_id"),
    )
    body = problem.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


HTTP_PROBLEMS = {
    400: ("bad-request", "The request could not be read. Send a JSON body in UTF-8."),
    401: ("unauthenticated", "Sign in, or send a bearer token."),
    403: ("forbidden", "Your role does not allow this. Ask an admin of the project."),
    404: ("not-found", "There is nothing at this address. /api/docs lists every endpoint."),
    405: (
        "method-not-allowed",
        "This address does not take that method. /api/docs lists what it takes.",
    ),
    413: ("payload-too-large", "The body is larger than this endpoint reads. Send less at once."),
    415: ("unsupported-media-type", "Send the body as application/json."),
}


async def handle_http_exception(request: Request, exception: Exception) -> JSONResponse:
    assert isinstance(exception, HTTPException)
    status = exception.status_code
    type_, detail = HTTP_PROBLEMS.get(status, (f"http-{status}", str(exception.detail)))
    return problem_response(request, status, type_, detail, headers=exception.headers)


async def handle_problem(request: Request, exception: Exception) -> JSONResponse:
    assert isinstance(exception, ProblemError)
    return problem_response(
        request,
        exception.status,
        exception.type,
        exception.detail,
        errors=exception.errors,
        headers=exception.headers,
    )


def field_path(location: Sequence[str | int]) -> str:
    """`("body", "metrics", 0)` → `metrics[0]`."""
    parts = list(location)
    if parts and parts[0] in LOCATION_PREFIXES:
        parts = parts[1:]
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def json_position(body: object, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character offset in the body."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body or "")
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


async def handle_malformed_json(request: Request, error: Mapping[str, Any]) -> JSONResponse:
    offset = int(error["loc"][-1])
    line, column = json_position(await request.body(), offset)
    reason = str(error.get("ctx", {}).get("error", "invalid JSON"))
    wrong = FieldError.model_validate(
        {
            "field": "",
            "reason": reason,
            "code": "json_invalid",
            "offset": offset,
            "line": line,
            "column": column,
        }
    )
    detail = f"The body is not valid JSON: {reason} at line {line} column {column}."
    return problem_response(request, 400, "malformed-json", detail, errors=[wrong])


async def handle_validation_error(request: Request, exception: Exception) -> JSONResponse:
    assert isinstance(exception, RequestValidationError)
    found = exception.errors()
    malformed = next((error for error in found if error["type"] == "json_invalid"), None)
    if malformed is not None:
        return await handle_malformed_json(request, malformed)
    errors = [
        FieldError(
            field=field_path(error["loc"]), reason=str(error["msg"]), code=str(error["type"])
        )
        for error in found
    ]
    named = "; ".join(f"{error.field or 'body'}: {error.reason}" for error in errors[:3])
    return problem_response(
        request, 422, "validation-failed", f"The request is not valid. {named}", errors=errors
    )


async def handle_unexpected(request: Request, exception: Exception) -> JSONResponse:
    logger.error("unhandled error in %s %s", request.method, request.url.path, exc_info=exception)
    detail = "Something failed on our side. Try again; if it persists, report the request id."
    return problem_response(request, 500, "internal-error", detail)


async def handle_semantic_error(request: Request, exception: Exception) -> JSONResponse:
    assert isinstance(exception, SemanticError)
    errors = [FieldError.model_validate(error) for error in exception.errors]
    headers = {"Retry-After": "5"} if exception.status == 503 else {}
    return problem_response(
        request,
        exception.status,
        exception.type,
        exception.detail,
        title=exception.title,
        errors=errors,
        headers=headers,
    )


async def handle_control_plane_error(request: Request, exception: Exception) -> JSONResponse:
    if isinstance(exception, AlreadyExistsError):
        return problem_response(request, 409, "already-exists", str(exception))
    if isinstance(exception, ChangedMeanwhileError):
        return problem_response(request, 409, "changed-meanwhile", str(exception))
    if isinstance(exception, InvalidPlanError):
        wrongs = [
            FieldError(field=wrong.field, reason=wrong.reason, code=wrong.code)
            for wrong in exception.problems[:MAX_PLAN_PROBLEMS]
        ]
        detail = f"The tracking plan is not valid. {exception}."
        return problem_response(request, 422, "invalid-tracking-plan", detail, errors=wrongs)
    if isinstance(exception, NotFoundError):
        return problem_response(request, 404, "not-found", str(exception))
    if isinstance(exception, InvalidValueError):
        wrong = FieldError(field=exception.field, reason=exception.reason, code="invalid_value")
        return problem_response(request, 422, "validation-failed", f"{exception}.", errors=[wrong])
    return await handle_unexpected(request, exception)


async def handle_data_error(request: Request, _exception: Exception) -> JSONResponse:
    """PostgreSQL cannot hold a value that passed our own checks, such as text with a NUL."""
    detail = "The request holds a value that cannot be stored."
    return problem_response(request, 422, "validation-failed", detail)


async def handle_unavailable(request: Request, exception: Exception) -> JSONResponse:
    """An engine is away: say so, and when to come back."""
    logger.error("engine away in %s: %s", request.url.path, exception)
    detail = "The database does not answer just now. Try again in a few seconds."
    return problem_response(
        request, 503, "service-unavailable", detail, headers={"Retry-After": "5"}
    )


def install(app: FastAPI) -> None:
    app.add_exception_handler(SemanticError, handle_semantic_error)
    app.add_exception_handler(ControlPlaneError, handle_control_plane_error)
    app.add_exception_handler(OperationalError, handle_unavailable)
    app.add_exception_handler(DataError, handle_data_error)
    app.add_exception_handler(RedisError, handle_unavailable)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(ProblemError, handle_problem)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
    app.add_exception_handler(Exception, handle_unexpected)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the given error statuses; `schema.install` adds the model."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": title_of(status), "content": content} for status in statuses}
