"""ASGI middleware: request ids, timings, security headers and the limit on bodies."""

import time
import uuid

from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time to answer an HTTP request, by route template",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Charts and Swagger UI set style attributes; scripts never need to be inline.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self' ws: wss:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

YEAR_SECONDS = 31_536_000


def route_template(scope: Scope) -> str:
    """The template, never the address itself: addresses are unbounded in number."""
    effective = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(effective, "path_format", None) or getattr(scope.get("route"), "path", None)
    if path:
        return str(path)
    return "unmatched" if scope["path"].startswith("/api/") else "web"


class Observe:
    """Gives each request an id, times it and sets the response's fixed headers."""

    def __init__(self, app: ASGIApp, *, strict_transport: bool) -> None:
        self.app = app
        self.headers = dict(SECURITY_HEADERS)
        if strict_transport:
            self.headers["strict-transport-security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        scope["request_id"] = uuid.uuid4().hex

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self.finish_headers(MutableHeaders(scope=message), scope, status)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            elapsed = time.perf_counter() - started
            REQUEST_SECONDS.labels(method, route_template(scope), str(status)).observe(elapsed)

    def finish_headers(self, headers: MutableHeaders, scope: Scope, status: int) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers["x-request-id"] = scope["request_id"]
        path = scope["path"]
        if path.startswith("/api/v1/"):
            headers.setdefault("cache-control", "private, no-cache")
            headers.add_vary_header("Authorization, Cookie")
        elif path.startswith("/assets/") and status < 400:
            headers["cache-control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        else:
            headers.setdefault("cache-control", "no-cache")


class BodyLimit:
    """Refuses bodies over `limit` bytes, announced or not, as an error that the handlers see:
    FastAPI's own `max_body_size` answers in plain text."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        received = int(announced) if announced.isdigit() else 0
        is_announced = received > 0

        async def receive_limited() -> Message:
            nonlocal received
            if received > self.limit:
                raise HTTPException(413)
            message = await receive()
            if not is_announced:
                received += len(message.get("body", b""))
                if received > self.limit:
                    raise HTTPException(413)
            return message

        await self.app(scope, receive_limited, send)
