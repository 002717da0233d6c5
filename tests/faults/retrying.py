"""Clients that send until they are answered 200, and what of theirs is stored.

They spend little: bodies are joined from bytes, and connections are kept open.
"""

import http.client
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.backlog import BacklogGauge
from tests.ingest.services import Ingest
from tests.waiting import eventually

DEADLINE = 240.0  # to recover and load the rest
LAST_TRIES = 100  # after the end of a test, 0.1 s apart
_EVENT = b'{"event":"clicked","anonymous_id":"a1","event_id":"%s"}'


@dataclass
class RetryingClient:
    """Sends a batch until it is answered 200, as SDKs do; now and then sends it once more.

    `broken` counts requests without an answer, `refused` those that were answered otherwise.
    """

    url: str
    write_key: str
    number: int
    batch: int = 20
    pause: float = 0.0  # seconds after each batch
    events_per_second: float = float("inf")  # on average, as far as the API keeps up
    acknowledged: list[bytes] = field(default_factory=list)
    resent: int = 0
    broken: int = 0
    refused: int = 0
    statuses: set[int] = field(default_factory=set)
    _connection: http.client.HTTPConnection | None = None

    def run(self, stop: threading.Event) -> None:
        chance = random.Random(self.number)
        sent = 0
        started = time.monotonic()
        while not stop.is_set():
            ids = uuids(self.batch, self.number, sent)
            body = batch_of(ids)
            if not self._send_until_accepted(body, stop):
                break
            self.acknowledged += ids
            sent += self.batch
            if chance.random() < 0.1:
                self.send(body)
                self.resent += 1
            ahead = started + sent / self.events_per_second - time.monotonic()
            if (pause := max(self.pause, ahead)) > 0:
                stop.wait(pause)
        if self._connection is not None:
            self._connection.close()

    def _send_until_accepted(self, body: bytes, stop: threading.Event) -> bool:
        """False if the API is still away a while after the end of the test."""
        last_tries = LAST_TRIES
        while self.send(body) != 200:
            last_tries -= stop.is_set()
            if not last_tries:
                return False
            self.resent += 1
            time.sleep(0.1)
        return True

    def send(self, body: bytes) -> int:
        """The status; 0 if the connection broke or could not be made."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self.url.removeprefix("http://"), timeout=10
            )
        try:
            self._connection.request("POST", "/v1/events", body, self._headers())
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            self.broken += 1
            return 0
        self.statuses.add(answer.status)
        self.refused += answer.status != 200
        return answer.status

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.write_key}"}


def uuids(count: int, client: int, first: int) -> list[bytes]:
    """UUIDv7 of now; no two clients, and no two numbers of a client, have the same."""
    now = time.time_ns() // 1_000_000
    start = b"%08x-%04x-7%03x-8000-" % (now >> 16, now & 0xFFFF, client)
    return [start + b"%012x" % number for number in range(first, first + count)]


def batch_of(ids: Sequence[bytes]) -> bytes:
    return b'{"events":[' + b",".join([_EVENT % event_id for event_id in ids]) + b"]}"


@contextmanager
def sending(clients: Sequence[RetryingClient]) -> Iterator[None]:
    """Clients send in the background; leaving waits for their last acknowledgement."""
    stop = threading.Event()
    threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class Account(NamedTuple):
    """What became of events. The first three are counts of event ids."""

    acked: int
    missing: int  # acknowledged, not stored
    duplicates: int  # rows beyond the first of an id
    stored: int  # rows

    @property
    def is_exact(self) -> bool:
        return not self.missing and not self.duplicates


def settle(ingest: Ingest, acknowledged: Sequence[bytes], seconds: float = DEADLINE) -> Account:
    """Wait until the log is loaded, then compare."""
    wait_until_loaded(ingest, seconds)
    stored = stored_ids(ingest)
    distinct = set(stored)
    acked = set(acknowledged)
    return Account(len(acked), len(acked - distinct), len(stored) - len(distinct), len(stored))


def wait_until_loaded(ingest: Ingest, seconds: float = DEADLINE) -> None:
    eventually(lambda: unloaded_bytes(ingest) == 0, seconds)


def unloaded_bytes(ingest: Ingest) -> int:
    checkpoint = ingest.data_dir / "ingest" / "checkpoint.json"
    return BacklogGauge(ingest.log_directory, checkpoint).measure().unloaded_bytes


def stored_ids(ingest: Ingest) -> list[bytes]:
    sql = "SELECT event_id FROM raw.events WHERE project_id = {project:String} FORMAT TSV"
    return ingest.warehouse.raw_query(sql, {"project": ingest.project_id}).split()
