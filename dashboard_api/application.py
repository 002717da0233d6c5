"""Builds the FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from dashboard_api import problems, schema, web
from dashboard_api.middleware import BodyLimit, Observe
from dashboard_api.resources import open_resources
from dashboard_api.routes import (
    ai,
    auth,
    catalog,
    health,
    keys,
    limits,
    live,
    overview,
    projects,
    quality,
    query,
    rejected_events,
    tracking_plan,
    warehouse_docs,
)
from dashboard_api.settings import Settings

# The largest requests are tracking plans, and semantic queries of 50 filters of 1,000 values.
MAXIMUM_BODY_BYTES = 1024 * 1024

ROUTERS = (
    auth, projects, keys, tracking_plan, rejected_events, limits, catalog, query, overview, quality,
    ai, live, health,
)  # fmt: skip


def routes_by_operation() -> dict[str, APIRoute]:
    routes = (route for module in ROUTERS for route in module.router.routes)
    return {str(route.operation_id): route for route in routes if isinstance(route, APIRoute)}


class DashboardApp(FastAPI):
    """Observes outside of Starlette's own error handling, so that a 500 is timed and carries
    the headers like any other answer."""

    strict_transport = False

    def build_middleware_stack(self) -> ASGIApp:
        return Observe(super().build_middleware_stack(), strict_transport=self.strict_transport)


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings) as resources:
            app.state.resources = resources
            yield

    app = DashboardApp(
        title="Analytics API",
        version=version("analytics-platform"),
        description=schema.DESCRIPTION,
        openapi_tags=schema.TAGS,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=problems.responses(422, 500),
        redirect_slashes=False,
    )
    app.strict_transport = settings.cookies_are_secure
    app.add_middleware(BodyLimit, limit=MAXIMUM_BODY_BYTES)
    problems.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    schema.install(app, routes_by_operation())
    app.include_router(warehouse_docs.router)  # a page and no operation of the API
    web.serve(app, settings.web_dist_dir)
    return app
