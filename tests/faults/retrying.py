"""Clients that send until they are answered 200, and what of theirs is stored."""

import random
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.ingest.services import Ingest, event

BATCH = 20
DEADLINE = 240.0  # to recover and load the rest


@dataclass
class RetryingClient:
    """Sends a batch until it is answered 200, as SDKs do; now and then sends it once more."""

    url: str
    write_key: str
    chance: random.Random
    acknowledged: list[str] = field(default_factory=list)
    resent: int = 0

    def run(self, stop: threading.Event) -> None:
        headers = {"Authorization": f"Bearer {self.write_key}"}
        with httpx.Client(timeout=10, headers=headers) as http:
            while not stop.is_set():
                batch = [event(event_id=str(uuid.uuid4())) for _ in range(BATCH)]
                self._send_until_accepted(http, batch)
                self.acknowledged += [each["event_id"] for each in batch]
                if self.chance.random() < 0.1:
                    self._send(http, batch)
                    self.resent += 1

    def _send_until_accepted(self, http: httpx.Client, batch: list[dict[str, Any]]) -> None:
        deadline = time.monotonic() + DEADLINE
        while self._send(http, batch) != 200:
            assert time.monotonic() < deadline, "the API did not come back"
            self.resent += 1
            time.sleep(0.1)

    def _send(self, http: httpx.Client, batch: list[dict[str, Any]]) -> int:
        with suppress(httpx.HTTPError):
            return http.post(f"{self.url}/v1/events", json={"events": batch}).status_code
        return 0


class sending:  # noqa: N801 - used as a `with` clause
    """Clients send in the background; leaving waits for their last acknowledgement."""

    def __init__(self, clients: list[RetryingClient]) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=client.run, args=(self._stop,)) for client in clients
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def wait_until_stored(ingest: Ingest, acknowledged: set[str]) -> list[str]:
    """The event ids in the table, once all acknowledged ones are there and no more come."""

    def stored() -> list[str]:
        sql = "SELECT toString(event_id) FROM raw.events WHERE project_id = {project:String}"
        return [event_id for (event_id,) in ingest.query(sql)]

    deadline = time.monotonic() + DEADLINE
    return _settled(stored, lambda ids: acknowledged <= set(ids), deadline)


def _settled(
    read: Callable[[], list[str]], is_complete: Callable[[list[str]], bool], deadline: float
) -> list[str]:
    found = read()
    while time.monotonic() < deadline:
        time.sleep(1)
        before, found = found, read()
        if is_complete(found) and len(found) == len(before):
            break
    return found
