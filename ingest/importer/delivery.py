"""Sending batches to the ingest API until it answers."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Self

import urllib3
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from ingest.importer.errors import ImportFailedError

FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 15.0
# A new key is refused until every ingest process has read it.
NEW_KEY_SECONDS = 20.0
REQUEST_TIMEOUT_SECONDS = 60.0
# While one is answered the next is read; more only take the caches from the API beside us.
CONNECTIONS = 2


@dataclass(frozen=True)
class Refusal:
    """An event of a batch that the API does not take."""

    index: int
    reason: str
    field: str = ""
    code: str = ""


class _TryAgain(Exception):  # noqa: N818 - an instruction, not an error
    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


@dataclass
class IngestClient:
    """`send` may be called from several threads; `stop` ends their waiting."""

    url: str
    key: str
    patience_seconds: float = 180.0
    key_is_new: bool = False
    connections: int = CONNECTIONS
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self._started = time.monotonic()
        # httpx takes twice the time for a body of 500 KB.
        self._http = urllib3.PoolManager(
            maxsize=self.connections,
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                # An event of a page that names no browser would get the agent of this request.
                "User-Agent": SKIP_HEADER,
            },
            timeout=REQUEST_TIMEOUT_SECONDS,
            retries=False,
        )

    def check(self) -> None:
        """Raise ImportFailedError unless something answers at the URL."""
        try:
            self._http.request("GET", f"{self.url}/health", timeout=10.0)
        except HTTPError as error:
            raise ImportFailedError(
                f"the ingest API does not answer at {self.url} ({error}); "
                "start the platform with `analytics up`, or correct INGEST_URL"
            ) from error

    def send(self, events: Sequence[bytes]) -> list[Refusal]:
        """Deliver the events, trying again while that may help, and tell which were refused."""
        response = self._post_patiently(b'{"events":[' + b",".join(events) + b"]}")
        match response.status:
            case HTTPStatus.OK:
                return _refusals(response.json().get("rejected"))
            case (
                HTTPStatus.BAD_REQUEST
                | HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                | HTTPStatus.UNPROCESSABLE_ENTITY
            ):
                return self._narrow_down(events, response)
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                raise ImportFailedError(f"the ingest API refuses the key: {_detail(response)}")
        raise ImportFailedError(
            f"{self.url} answered {response.status} to POST /v1/events: {_detail(response)}"
        )

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._http.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _narrow_down(self, events: Sequence[bytes], response: BaseHTTPResponse) -> list[Refusal]:
        """All of a batch was refused: for reasons given one by one, or else halve it."""
        refusals = _refusals(_problem(response).get("errors"))
        if len(refusals) == len(events):
            return refusals
        if len(events) == 1:
            return [Refusal(0, _detail(response))]
        middle = len(events) // 2
        later = self.send(events[middle:])
        moved = [replace(refusal, index=refusal.index + middle) for refusal in later]
        return [*self.send(events[:middle]), *moved]

    def _post_patiently(self, body: bytes) -> BaseHTTPResponse:
        began, wait = time.monotonic(), FIRST_WAIT_SECONDS
        while True:
            try:
                return self._post(body)
            except _TryAgain as again:
                pause = wait if again.seconds is None else again.seconds
                if time.monotonic() + pause - began > self.patience_seconds:
                    raise ImportFailedError(
                        f"gave up after {self.patience_seconds:.0f} s: {again}"
                    ) from again
                # Spread, so that batches refused together do not come back together.
                if self._stopped.wait(pause * random.uniform(1.0, 1.25)):  # noqa: S311
                    raise ImportFailedError("stopped") from again
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _post(self, body: bytes) -> BaseHTTPResponse:
        try:
            response = self._http.request("POST", f"{self.url}/v1/events", body=body)
        except HTTPError as error:
            raise _TryAgain(f"{self.url}: {error or type(error).__name__}") from error
        status = response.status
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _TryAgain(f"{self.url} answers {_detail(response)}", _retry_after(response))
        if status == HTTPStatus.UNAUTHORIZED and self._key_may_be_unknown_yet():
            raise _TryAgain(_detail(response))
        return response

    def _key_may_be_unknown_yet(self) -> bool:
        return self.key_is_new and time.monotonic() - self._started < NEW_KEY_SECONDS


def _problem(response: BaseHTTPResponse) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _detail(response: BaseHTTPResponse) -> str:
    problem = _problem(response)
    text = problem.get("detail") or problem.get("title") or response.reason
    return f"{response.status} {text}"


def _refusals(items: Any) -> list[Refusal]:
    if not isinstance(items, list):
        return []
    return [
        Refusal(
            item["index"],
            str(item.get("reason") or item.get("detail") or item.get("message") or "refused"),
            str(item.get("field") or ""),
            str(item.get("code") or ""),
        )
        for item in items
        if isinstance(item, dict) and isinstance(item.get("index"), int)
    ]


def _retry_after(response: BaseHTTPResponse) -> float | None:
    """Seconds; the other form of the header, a date, is left to the back-off."""
    value = response.headers.get("Retry-After", "")
    return min(float(value), LONGEST_WAIT_SECONDS) if value.isdigit() else None
