"""The ASGI layer in front of FastAPI: capture requests are answered, all else is passed on."""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ingest import problems
from ingest.capture import answers, cors, pixel, routes
from ingest.capture.answers import Answer
from ingest.capture.body import Disconnected, Receive
from ingest.capture.request import Request
from ingest.capture.service import CaptureService
from ingest.http_protocol import Respond
from ingest.metrics import Metrics
from ingest.problems import Headers, Problem

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class CaptureFirst:
    """`service` is set while the application runs."""

    def __init__(self, application: Application, metrics: Metrics) -> None:
        self._application = application
        self._metrics = metrics
        self.service: CaptureService | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        path, method = routes.canonical(scope["path"]), scope["method"]
        is_pixel = method == "GET" and path in routes.PIXELS
        if not is_pixel and path not in routes.ROUTES:
            # The server leaves the body out of an answer to HEAD.
            method = "GET" if method == "HEAD" else method
            await self._application({**scope, "path": path, "method": method}, receive, send)
            return
        started = time.perf_counter()
        request = Request(scope)
        try:
            if is_pixel:
                answer = await self._answer_pixel(path, request)
            elif method == "OPTIONS":
                answer = Answer(200, b"", cors.preflight(request))
            else:
                service = self._service_for(method)
                answer = await service.answer(routes.ROUTES[path], request, receive)
        except Disconnected:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            answer = _of_error(error, scope)
        headers = _headers(answer, request)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
        self._observe(method, path, answer.status, started)

    async def _answer_pixel(self, path: str, request: Request) -> Answer:
        receive = pixel.receiving(request.query)
        return pixel.image(await self._running().answer(routes.PIXELS[path], request, receive))

    def begin(self, scope: Scope, body: bytes, respond: Respond) -> bool:
        """The short way of capture requests that wait for nothing but the disk."""
        path = routes.canonical(scope["path"])
        protocol, service = routes.ROUTES.get(path), self.service
        if protocol is None or service is None or scope["method"] != "POST":
            return False
        started = time.perf_counter()
        request = Request(scope)
        if request.came_through_proxy():  # the application knows whose address it is
            return False

        def finish(answer: Answer) -> None:
            respond(answer.status, _headers(answer, request), answer.body)
            self._observe(scope["method"], path, answer.status, started)

        try:
            return service.begin(protocol, request, body, finish)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            finish(_of_error(error, scope))
            return True

    def _observe(self, method: str, path: str, status: int, started: float) -> None:
        seconds = time.perf_counter() - started
        self._metrics.observe_request(method, path, status, seconds)

    def _service_for(self, method: str) -> CaptureService:
        if method != "POST":
            raise Problem(405, "method-not-allowed", "Method not allowed", "Use POST.")
        return self._running()

    def _running(self) -> CaptureService:
        if self.service is None:
            raise Problem(503, "starting", "Starting", "The service is starting.")
        return self.service


def _of_error(error: Exception, scope: Scope) -> Answer:
    if isinstance(error, Problem):
        return answers.of_problem(error)
    logger.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
    return answers.of_problem(problems.unexpected())


def _headers(answer: Answer, request: Request) -> Headers:
    headers = (
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % len(answer.body)),
        *answer.headers,
    )
    if extra := cors.headers(request):
        headers += tuple(header for header in extra if header not in answer.headers)
    return headers
