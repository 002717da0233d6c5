"""A load at a fixed pace, whatever the answers take: latency without coordinated omission.

A request that is due while all connections wait is late, and its lateness counts as latency.
"""

import asyncio
import itertools
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks import payload
from benchmarks.payload import Shape

CONNECTIONS = 16
BODIES = 64


@dataclass
class Paced:
    """Latencies in seconds, from when a request was due to its answer."""

    requests: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)
    answered: dict[str, float] = field(default_factory=dict)  # id of some events, when it was 200

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class _Schedule:
    def __init__(self, per_second: float, seconds: float) -> None:
        self._interval = 1 / per_second
        self._start = time.perf_counter() + 0.05
        self._count = round(per_second * seconds)
        self._taken = 0

    async def next_due(self) -> float | None:
        """When the next request is due, not before that; None after the last."""
        if self._taken >= self._count:
            return None
        due = self._start + self._taken * self._interval
        self._taken += 1
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        return due


def command(
    port: int, write_key: str, *, batch: int, shape: Shape, events_per_s: float, seconds: float
) -> list[str]:
    """Runs this module in a process of its own; it prints one JSON object as its last line."""
    arguments = [port, write_key, batch, shape, events_per_s, seconds]
    return [sys.executable, "-m", "benchmarks.paced", *map(str, arguments)]


async def run(
    port: int, write_key: str, *, batch: int, shape: Shape, events_per_s: float, seconds: float
) -> Paced:
    outcome = Paced()
    schedule = _Schedule(events_per_s / batch, seconds)
    requests = _requests(write_key, batch, shape)
    await asyncio.gather(
        *(_connection(port, requests, schedule, outcome) for _ in range(CONNECTIONS))
    )
    return outcome


async def _connection(
    port: int, requests: Iterator[tuple[bytes, str]], schedule: _Schedule, outcome: Paced
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (due := await schedule.next_due()) is not None:
        request, first_id = next(requests)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        outcome.requests += 1
        outcome.latencies.append(time.perf_counter() - due)
        if head[9:12] != b"200":
            outcome.refused += 1
        elif outcome.requests % 10 == 0:
            outcome.answered[first_id] = time.time()
    writer.close()
    await writer.wait_closed()


def _requests(write_key: str, batch: int, shape: Shape) -> Iterator[tuple[bytes, str]]:
    """Whole requests, and the id of the first event in each."""
    templates = [
        body.replace("%", "%%").replace(payload.ID, "%s").replace(payload.PAGE, "{page}").encode()
        for body in payload.bodies(BODIES, batch, shape, seed=2)
    ]
    run = os.getpid() % 0xFFFF
    chance = random.Random(run)  # noqa: S311 - test data
    head = (
        "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {write_key}\r\nContent-Length: "
    ).encode()
    for number in itertools.count():
        milliseconds = time.time_ns() // 1_000_000
        prefix = b"%08x-%04x-7%03x-8%03x-%04x" % (
            milliseconds >> 16,
            milliseconds & 0xFFFF,
            chance.randrange(4096),
            number % 4096,
            run,
        )
        ids = tuple(b"%s%08x" % (prefix, number * batch + index) for index in range(batch))
        page = b"%0*x" % (payload.PAGE_WIDTH, number)
        body = (chance.choice(templates) % ids).replace(b"{page}", page)
        yield head + b"%d\r\n\r\n%s" % (len(body), body), ids[0].decode()


def main() -> None:
    port, key, batch, shape, rate, seconds = sys.argv[1:]
    outcome = asyncio.run(
        run(
            int(port),
            key,
            batch=int(batch),
            shape=Shape(shape),
            events_per_s=float(rate),
            seconds=float(seconds),
        )
    )
    result = {
        "requests": outcome.requests,
        "refused": outcome.refused,
        "p50_ms": round(outcome.percentile(0.5) * 1000, 2),
        "p99_ms": round(outcome.percentile(0.99) * 1000, 2),
        "answered": outcome.answered,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
