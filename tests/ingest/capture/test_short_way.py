"""Requests that came as a whole are answered without a task if they wait only for the disk."""

import asyncio
import errno
import json
from typing import Any

import pytest

from ingest.capture.asgi import CaptureFirst, Scope
from ingest.capture.service import CaptureService
from ingest.log.group_commit import SegmentLog
from ingest.log.segment_writer import SegmentWriter
from ingest.metrics import Metrics
from tests.ingest.capture.conftest import KEY, frames_of

EVENT = b'{"event":"clicked","user_id":"u1"}'
BEARER = (b"authorization", b"Bearer " + KEY.encode())


class Asked:
    """One request by the short way, and what it was answered."""

    def __init__(self, service: CaptureService | None) -> None:
        self.application = CaptureFirst(_nothing_else, Metrics())
        self.application.service = service
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self._answered = asyncio.Event()

    def begin(
        self,
        body: bytes = EVENT,
        *headers: tuple[bytes, bytes],
        path: str = "/v1/events",
        method: str = "POST",
    ) -> bool:
        scope: Scope = {"type": "http", "method": method, "path": path, "headers": headers}
        return self.application.begin(scope, body, self._respond)

    async def answer(self) -> Any:
        await asyncio.wait_for(self._answered.wait(), 10)
        return json.loads(self.body)

    def _respond(self, status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body
        self._answered.set()


async def _nothing_else(*_: object) -> None:
    raise AssertionError("the application was asked")


@pytest.fixture
async def asked(service: CaptureService) -> Asked:
    return Asked(service)


async def test_an_event_is_answered_once_it_is_in_the_log(asked: Asked, log: SegmentLog) -> None:
    assert asked.begin(EVENT, BEARER, (b"origin", b"https://example.com"))
    assert asked.status == 0
    assert await asked.answer() == {"accepted": 1, "rejected": []}
    assert asked.status == 200
    assert asked.headers == {
        b"content-type": b"application/json",
        b"content-length": b"28",
        b"access-control-allow-origin": b"https://example.com",
        b"access-control-allow-credentials": b"true",
        b"access-control-expose-headers": b"retry-after, ratelimit-remaining",
        b"vary": b"origin",
    }
    assert [frame.rows for frame in frames_of(log)] == [1]


async def test_a_key_in_the_body_is_enough(asked: Asked) -> None:
    assert asked.begin(
        b'{"event":"e","userId":"u","writeKey":"%b"}' % KEY.encode(), path="/v1/track"
    )
    assert await asked.answer() == {"success": True, "accepted": 1, "rejected": []}


@pytest.mark.parametrize("body", [EVENT, b'{"event":"e","user_id":"u","write_key":"wk_other"}'])
async def test_the_application_looks_up_keys_that_are_not_known(asked: Asked, body: bytes) -> None:
    key = () if b"write_key" in body else ((b"authorization", b"Bearer wk_other"),)
    assert not asked.begin(body, *key)
    assert asked.status == 0


async def test_the_application_answers_whatever_is_not_posted_to_a_capture_route(
    asked: Asked,
) -> None:
    assert not asked.begin(EVENT, BEARER, path="/health")
    assert not asked.begin(EVENT, BEARER, method="OPTIONS")
    assert not asked.begin(EVENT, BEARER, (b"x-forwarded-for", b"192.0.2.1"))
    assert not Asked(None).begin(EVENT, BEARER)
    assert asked.status == 0


async def test_what_is_refused_is_answered_at_once(asked: Asked, log: SegmentLog) -> None:
    assert asked.begin(b'{"events":[]}', BEARER)
    assert (asked.status, (await asked.answer())["type"]) == (400, "empty-batch")
    assert asked.begin(b"x" * 600_000, BEARER)
    assert (asked.status, (await asked.answer())["type"]) == (413, "too-large")
    assert asked.begin(EVENT)
    assert (asked.status, (await asked.answer())["type"]) == (401, "invalid-write-key")
    assert frames_of(log) == []


async def test_a_disk_that_fails_is_a_503(
    asked: Asked, log: SegmentLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "the disk failed")

    monkeypatch.setattr(SegmentWriter, "append", fail)
    assert asked.begin(EVENT, BEARER)
    answer = await asked.answer()
    assert (asked.status, answer["type"]) == (503, "log-unavailable")
    assert int(asked.headers[b"retry-after"]) >= 1


async def test_a_waiting_request_that_fails_does_not_keep_the_others_from_their_answers(
    service: CaptureService, log: SegmentLog, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: OSError | None) -> None:
        raise RuntimeError("gone")

    asked = Asked(service)
    log.append(b"", fail)
    assert asked.begin(EVENT, BEARER)
    assert (await asked.answer())["accepted"] == 1
    assert "what waited for the disk failed" in caplog.text
