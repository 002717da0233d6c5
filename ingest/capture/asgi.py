"""The ASGI layer in front of FastAPI: capture requests are answered, all else is passed on."""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ingest import problems
from ingest.arrival import Protocol
from ingest.capture import answers, cors, routes
from ingest.capture.answers import Answer
from ingest.capture.body import Disconnected, Receive
from ingest.capture.request import Request
from ingest.capture.service import CaptureService
from ingest.metrics import Metrics
from ingest.problems import Problem

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
        request = Request(scope)
        try:
            answer = await self._answer(scope["method"], protocol, request, receive)
        except Disconnected:
            return
        except Exception:  # whatever it is, the client gets an answer that it can read
            logger.exception("%s %s failed", scope["method"], scope["path"])
            answer = answers.of_problem(problems.unexpected())
        await _send(send, answer, cors.headers(request))
        seconds = time.perf_counter() - started
        self._metrics.observe_request(scope["method"], scope["path"], answer.status, seconds)

    async def _answer(
        self, method: str, protocol: Protocol, request: Request, receive: Receive
    ) -> Answer:
        if method == "OPTIONS":
            return Answer(200, b"", cors.preflight(request))
        try:
            if method != "POST":
                raise Problem(405, "method-not-allowed", "Method not allowed", "Use POST.")
            if self.service is None:
                raise Problem(503, "starting", "Starting", "The service is starting.")
            return await self.service.answer(protocol, request, receive)
        except Problem as problem:
            return answers.of_problem(problem)


async def _send(send: Send, answer: Answer, extra: tuple[tuple[bytes, bytes], ...]) -> None:
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % len(answer.body)),
        *answer.headers,
        *(header for header in extra if header not in answer.headers),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
