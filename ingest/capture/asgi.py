"""The ASGI layer in front of FastAPI: capture requests are answered, all else is passed on."""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ingest import problems
from ingest.capture import answers, cors, routes
from ingest.capture.answers import Answer
from ingest.capture.body import Disconnected, Receive
from ingest.capture.request import Request
from ingest.capture.service import CaptureService
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
        if scope["type"] != "http" or (protocol := routes.find(scope["path"])) is None:
            await self._application(scope, receive, send)
            return
        started = time.perf_counter()
        method, path, request = scope["method"], scope["path"], Request(scope)
        try:
            if method == "OPTIONS":
                answer = Answer(200, b"", cors.preflight(request))
            else:
                answer = await self._service_for(method).answer(protocol, request, receive)
        except Disconnected:
            return
        except Problem as problem:
            answer = answers.of_problem(problem)
        except Exception:  # whatever it is, the client gets an answer that it can read
            logger.exception("%s %s failed", method, path)
            answer = answers.of_problem(problems.unexpected())
        await _send(send, answer, cors.headers(request))
        self._metrics.observe_request(method, path, answer.status, time.perf_counter() - started)

    def _service_for(self, method: str) -> CaptureService:
        if method != "POST":
            raise Problem(405, "method-not-allowed", "Method not allowed", "Use POST.")
        if self.service is None:
            raise Problem(503, "starting", "Starting", "The service is starting.")
        return self.service


async def _send(send: Send, answer: Answer, extra: Headers) -> None:
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % len(answer.body)),
        *answer.headers,
    ]
    if extra:
        headers += [header for header in extra if header not in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
