"""Routes that pages of any site may read."""

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from ingest.capture import cors
from ingest.capture.request import Request as ClientRequest
from ingest.problems import Headers


def allow_any_origin(request: Request, response: Response) -> None:
    """As a dependency of routes."""
    _set(response, cors.headers(ClientRequest(request.scope)))


def answer_preflights(router: APIRouter) -> None:
    """`OPTIONS` on every path that `router` has so far."""
    for path in {route.path for route in router.routes if isinstance(route, APIRoute)}:
        router.add_api_route(path, _allow_any_request, methods=["OPTIONS"], include_in_schema=False)


def _allow_any_request(request: Request) -> Response:
    response = Response()
    _set(response, cors.preflight(ClientRequest(request.scope)))
    return response


def _set(response: Response, headers: Headers) -> None:
    for name, value in headers:
        response.headers[name.decode()] = value.decode("latin-1")
