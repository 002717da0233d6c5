"""What is answered 200 is in the log, and what is not answered 200 is not."""

import json
import logging
from collections.abc import MutableMapping
from typing import Any

import pytest

from ingest.capture.asgi import CaptureFirst, Scope
from ingest.capture.service import CaptureService
from ingest.log.group_commit import SegmentLog
from ingest.metrics import Metrics
from tests.ingest.capture.conftest import KEY, frames_of


class Answered:
    """What the application sent, put together."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]

    def json(self) -> Any:
        return json.loads(self.body)


async def post(service: CaptureService, path: str, body: Any) -> Answered:
    application = CaptureFirst(_nothing_else, Metrics())
    application.service = service
    answered = Answered()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    headers = [(b"authorization", b"Bearer " + KEY.encode()), (b"origin", b"https://example.com")]
    scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await application(scope, receive, answered.send)
    return answered


async def _nothing_else(*_: object) -> None:
    raise AssertionError("a capture route was passed on")


async def test_a_batch_that_grows_beyond_a_frame_is_refused_and_leaves_nothing(
    service: CaptureService, log: SegmentLog
) -> None:
    message = {"type": "track", "event": "e", "userId": "u", "messageId": "m"}
    batch = {"batch": [message] * 2_500, "context": {"note": "x" * 32_000}}
    answered = await post(service, "/v1/batch", batch)
    assert answered.status == 413
    assert answered.headers[b"content-type"] == b"application/problem+json"
    problem = answered.json()
    assert problem["type"] == "too-large"
    assert problem["detail"].endswith(
        " bytes, a frame may have 67108864. Send smaller batches, or a smaller `context`."
    )
    assert frames_of(log) == []


async def test_what_nobody_expected_is_a_500_that_tells_the_log_and_not_the_client(
    service: CaptureService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("inner matter")

    monkeypatch.setattr(service, "_capture", fail)
    with caplog.at_level(logging.ERROR):
        answered = await post(service, "/v1/events", {"event": "e", "user_id": "u"})
    assert answered.status == 500
    assert answered.headers[b"content-type"] == b"application/problem+json"
    assert answered.headers[b"access-control-allow-origin"] == b"https://example.com"
    assert answered.json() == {
        "type": "internal-error",
        "title": "Internal error",
        "status": 500,
        "detail": "Something failed on our side. Send the events again.",
        "errors": [],
    }
    (record,) = caplog.records
    assert record.getMessage() == "POST /v1/events failed"
    assert record.exc_info is not None
    assert repr(record.exc_info[1]) == "KeyError('inner matter')"


async def test_a_batch_that_just_fits_into_a_frame_is_in_the_log(
    service: CaptureService, log: SegmentLog
) -> None:
    message = {"type": "track", "event": "e", "userId": "u", "messageId": "m"}
    batch = {"batch": [message] * 2_000, "context": {"note": "x" * 32_000}}
    answered = await post(service, "/v1/batch", batch)
    assert (answered.status, answered.json()["accepted"]) == (200, 2_000)
    (frame,) = frames_of(log)
    assert frame.rows == 2_000
    assert 64_000_000 < len(frame.payload) <= 64 << 20
