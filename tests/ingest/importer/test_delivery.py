import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.importer.delivery import IngestClient, Refusal
from ingest.importer.errors import ImportFailedError

EVENTS = [json.dumps({"event_id": str(n), "event": f"e{n}"}).encode() for n in range(5)]
BUSY = {"title": "Service Unavailable", "detail": "the log is full"}


@pytest.fixture
def client(api: Any) -> Iterator[IngestClient]:
    with IngestClient(api.url, api.key, patience_seconds=10) as opened:
        yield opened


def test_events_are_sent_as_a_native_batch(api: Any, client: IngestClient) -> None:
    assert client.send(EVENTS) == []
    assert [event["event"] for event in api.requests[0]] == ["e0", "e1", "e2", "e3", "e4"]


def test_refused_events_are_told_by_their_place(api: Any, client: IngestClient) -> None:
    api.refuse = lambda event: "bad name" if event["event"] == "e3" else None
    assert client.send(EVENTS) == [Refusal(3, "bad name", "event", "no_good")]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_overloaded_api_is_asked_again(api: Any, client: IngestClient, status: int) -> None:
    api.script = [(status, {}, BUSY), (status, {}, BUSY)]
    assert client.send(EVENTS) == []
    assert len(api.rows) == 5


def test_retry_after_is_honoured(api: Any, client: IngestClient) -> None:
    api.script = [(503, {"Retry-After": "1"}, BUSY)]
    began = time.monotonic()
    client.send(EVENTS)
    assert 1.0 <= time.monotonic() - began < 3.0


def test_patience_ends_with_what_the_api_said(api: Any) -> None:
    api.script = [(503, {}, BUSY)] * 20
    with (
        IngestClient(api.url, api.key, patience_seconds=1) as client,
        pytest.raises(ImportFailedError, match=r"gave up after 1 s: .* 503 the log is full"),
    ):
        client.send(EVENTS)


def test_a_batch_refused_as_a_whole_is_narrowed_down(api: Any, client: IngestClient) -> None:
    too_large: Any = (413, {}, {"title": "Payload Too Large", "detail": "over 500 KB"})
    answer = api.answer

    def one_event_is_too_large(authorization: str, body: bytes) -> Any:
        return too_large if b'"e1"' in body else answer(authorization, body)

    api.answer = one_event_is_too_large
    assert client.send(EVENTS) == [Refusal(1, "413 over 500 KB")]
    assert sorted(api.rows) == ["0", "2", "3", "4"]


def test_a_batch_of_which_nothing_was_accepted_tells_every_reason(
    api: Any, client: IngestClient
) -> None:
    errors = [{"index": n, "field": "event", "reason": f"r{n}", "code": "c"} for n in range(5)]
    api.script = [(400, {}, {"title": "Bad Request", "errors": errors})]
    assert client.send(EVENTS) == [Refusal(n, f"r{n}", "event", "c") for n in range(5)]


def test_a_wrong_key_ends_the_import(api: Any) -> None:
    with (
        IngestClient(api.url, "wk_wrong") as client,
        pytest.raises(ImportFailedError, match="refuses the key: 401 unknown write key"),
    ):
        client.send(EVENTS)


def test_a_new_key_is_given_time_to_become_known(api: Any) -> None:
    api.script = [(401, {}, {"detail": "unknown write key"})] * 2
    with IngestClient(api.url, api.key, key_is_new=True) as client:
        assert client.send(EVENTS) == []


def test_another_service_at_the_url_is_named(api: Any, client: IngestClient) -> None:
    api.script = [(404, {}, {"detail": "no such page"})]
    with pytest.raises(ImportFailedError, match="answered 404 to POST /v1/events"):
        client.send(EVENTS)


def test_nobody_at_the_url_is_told_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            IngestClient(url, "wk_test") as client,
            pytest.raises(ImportFailedError, match=r"does not answer at .*analytics up"),
        ):
            client.check()


def test_stopping_ends_the_waiting(api: Any, client: IngestClient) -> None:
    api.script = [(503, {"Retry-After": "9"}, BUSY)] * 20
    client.stop()
    began = time.monotonic()
    with pytest.raises(ImportFailedError, match="stopped"):
        client.send(EVENTS)
    assert time.monotonic() - began < 2
