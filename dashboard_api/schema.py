"""The OpenAPI document, beyond what FastAPI derives by itself."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from control_plane.roles import Role
from dashboard_api.problems import Problem
from dashboard_api.security.access import InPathProject, InProject, current_identity

DESCRIPTION = """
Accounts, projects and numbers of the analytics platform.

**Authentication.** `POST /api/v1/auth/login` returns a 15-minute access token and a refresh token,
and sets both as httpOnly cookies for browsers. Send `Authorization: Bearer <access token>`, or a
read key (`rk_…`) or personal key (`pk_…`). Each refresh token works once.

**Projects.** Where an endpoint takes `project_id`, it may be left out when the token reaches
exactly one project. A project that the token does not reach is answered with 404.

**Errors** are `application/problem+json`: `type` is a stable slug, `detail` says what to do,
`errors[]` names the fields.

**Live feed.** `GET /api/v1/live` is a WebSocket (`?project_id=`, bearer header, cookie or
`?token=`). Each message is `{"count": n, "events": [{"event_id", "event_name", "type", "user_id",
"anonymous_id", "timestamp", "received_at", "path", "country"}]}`: `count` events arrived, of which
a sample is listed. It closes with 4401 when the token ends, 4403, 4404 or 4422 when the project
cannot be watched.
"""

TAGS = [
    {"name": "auth", "description": "Accounts and sessions"},
    {"name": "projects", "description": "Projects that the caller may see"},
    {"name": "keys", "description": "API keys of a project"},
    {"name": "tracking plan", "description": "What events carry, and what was found to break it"},
    {"name": "rejected events", "description": "Events that were refused: look, mend, send again"},
    {"name": "limits", "description": "Rate tiers and the use of a project"},
    {"name": "query", "description": "Semantic queries over the documented metrics"},
    {"name": "overview", "description": "The first page's numbers in one request"},
    {"name": "data quality", "description": "What the data checks of the builds have found"},
    {"name": "ai", "description": "Questions in plain English"},
    {"name": "operations", "description": "Health and metrics"},
]

SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Access token, read key or personal key",
    },
    "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
}

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def dependencies_of(dependant: Dependant) -> Iterator[Any]:
    for child in dependant.dependencies:
        yield child.call
        yield from dependencies_of(child)


def required_role(route: APIRoute) -> Role | None:
    """The role that a route demands in its project."""
    for call in dependencies_of(route.dependant):
        if isinstance(call, InProject | InPathProject):
            return call.role
    return None


def needs_identity(route: APIRoute) -> bool:
    return current_identity in dependencies_of(route.dependant)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)


def add_access(document: dict[str, Any], routes: dict[str, APIRoute]) -> None:
    for operation in operations(document):
        route = routes[operation["operationId"]]
        operation["security"] = [{"bearer": []}, {"cookie": []}] if needs_identity(route) else []
        if role := required_role(route):
            operation["x-required-role"] = role.value


def add_problem_model(document: dict[str, Any]) -> None:
    _, definitions = models_json_schema(
        [(Problem, "validation")], ref_template="#/components/schemas/{model}"
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(definitions["$defs"])
    components["securitySchemes"] = SECURITY_SCHEMES


def install(app: FastAPI, routes: dict[str, APIRoute]) -> None:
    """Replace `app.openapi`; `routes` are the app's, by operation id."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            add_problem_model(document)
            add_access(document, routes)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the hook
