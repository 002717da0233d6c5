"""The ingest application: `uvicorn ingest.app:app`, or `python -m ingest`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ingest import problems
from ingest.capture.asgi import CaptureFirst
from ingest.metrics import Metrics
from ingest.openapi import with_capture_routes
from ingest.routes import client_libraries, client_settings, operations
from ingest.runtime import running
from ingest.settings import IngestSettings


def create_app(settings: IngestSettings | None = None) -> CaptureFirst:
    """Settings are read from the environment unless given; nothing starts before the lifespan."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with running(settings or IngestSettings(), metrics) as runtime:
            api.state.runtime = runtime
            application.service = runtime.capture
            yield
            application.service = None

    api = FastAPI(
        title="Ingest",
        summary="Takes events, makes them durable, and says so.",
        version="1",
        lifespan=lifespan,
    )
    api.include_router(operations.router)
    api.include_router(client_settings.router)
    api.include_router(client_libraries.router)
    api.add_exception_handler(HTTPException, _as_problem)
    with_capture_routes(api)
    application = CaptureFirst(api, metrics)
    return application


async def _as_problem(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else "Something failed on our side."
    title = HTTPStatus(status).phrase
    if (status, detail) == (404, title):
        detail = "See /docs for what there is."
    return JSONResponse(
        {
            "type": "not-found" if status == 404 else "http-error",
            "title": title,
            "status": status,
            "detail": detail,
            "errors": [],
        },
        status,
        media_type=problems.CONTENT_TYPE,
    )


app = create_app()
