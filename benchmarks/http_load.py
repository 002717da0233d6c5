"""A load generator in one thread: keep-alive connections that send the next request on an answer.

In Python, so it takes its share of the cores; the figures are what is left for the server.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECTIONS = 16


@dataclass
class Outcome:
    seconds: float
    requests: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class _Connection(asyncio.Protocol):
    def __init__(self, request: Callable[[], bytes], outcome: Outcome, end: float) -> None:
        self._request = request
        self._outcome = outcome
        self._end = end
        self._sent_at = 0.0
        self._received = b""
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """An answer is JSON and may come in two pieces, head and body."""
        self._received += data
        if not self._received.endswith(b"}"):
            return
        data, self._received = self._received, b""
        now = time.perf_counter()
        outcome = self._outcome
        outcome.latencies.append(now - self._sent_at)
        if data[9:12] == b"200":
            outcome.requests += 1
        else:
            outcome.refused += 1
        if now < self._end:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self.closed.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request())


async def run(port: int, request: Callable[[], bytes], seconds: float) -> Outcome:
    outcome = Outcome(seconds)
    loop = asyncio.get_running_loop()
    end = time.perf_counter() + seconds
    connections = [
        (
            await loop.create_connection(
                lambda: _Connection(request, outcome, end), "127.0.0.1", port
            )
        )[1]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(connection.closed for connection in connections))
    return outcome
