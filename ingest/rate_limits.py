"""Allowances per project, as token buckets in this process."""

import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from ingest.problems import Headers, Problem, retry_after
from ingest.project import Project
from ingest.settings import Network


class Bucket:
    """Holds up to `capacity` tokens and gains `rate` a second."""

    def __init__(self, rate: float, capacity: float, now: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self.tokens = capacity
        self._at = now

    def refill(self, now: float) -> None:
        gained = max(now - self._at, 0.0) * self.rate
        self.tokens = min(self.capacity, self.tokens + gained)
        self._at = now

    def wait(self, amount: float) -> float:
        """Seconds until `amount` is there. More than the capacity needs a full bucket only."""
        return max(0.0, (min(amount, self.capacity) - self.tokens) / self.rate)


class _Allowance(NamedTuple):
    events: Bucket | None
    bytes: Bucket | None


class RateLimiter:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._allowances: dict[str, tuple[Project, _Allowance]] = {}

    def spend(self, project: Project, events: int, size: int) -> Headers:
        """Take a batch from the project's allowance; raises Problem 429 when it is above it.

        Returns the RateLimit headers, which speak of events; none for a project without a limit.
        """
        if project.rates.events_per_second is None and project.rates.bytes_per_second is None:
            return ()
        allowance = self._allowance(project)
        wanted = [(allowance.events, events), (allowance.bytes, size)]
        buckets = [(bucket, amount) for bucket, amount in wanted if bucket is not None]
        now = self._clock()
        for bucket, _ in buckets:
            bucket.refill(now)
        wait = max(bucket.wait(amount) for bucket, amount in buckets)
        if wait > 0:
            raise _too_many(project, wait, _headers(allowance.events, wait))
        for bucket, amount in buckets:
            bucket.tokens -= amount
        return _headers(allowance.events, 0.0)

    def _allowance(self, project: Project) -> _Allowance:
        known = self._allowances.get(project.project_id)
        if known is None or known[0].rates != project.rates:
            rates = project.rates
            allowance = _Allowance(
                self._bucket(rates.events_per_second, rates.burst_seconds),
                self._bucket(rates.bytes_per_second, rates.burst_seconds),
            )
            known = self._allowances[project.project_id] = (project, allowance)
        return known[1]

    def _bucket(self, rate: int | None, burst_seconds: int) -> Bucket | None:
        if rate is None:
            return None
        rate = max(rate, 1)
        return Bucket(rate, rate * max(burst_seconds, 1), self._clock())


class FailureLimiter:
    """Slows down guessing of keys: so many failed authentications an address."""

    RATE = 5.0
    BURST = 50.0
    MAX_ADDRESSES = 10_000

    def __init__(
        self, trusted: Sequence[Network], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._trusted = trusted
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def count(self, address: str) -> None:
        """Count a failure; raises Problem 429 when there were too many."""
        bucket = self._buckets.get(address)
        if bucket is None:
            if self._is_trusted(address):
                return
            if len(self._buckets) >= self.MAX_ADDRESSES:
                self._buckets.clear()
            bucket = self._buckets[address] = Bucket(self.RATE, self.BURST, self._clock())
        bucket.refill(self._clock())
        if (wait := bucket.wait(1)) > 0:
            detail = "Too many requests with a wrong write key came from this address."
            raise Problem(
                429, "too-many-failures", "Too many failures", detail, headers=retry_after(wait)
            )
        bucket.tokens -= 1

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def _headers(bucket: Bucket | None, wait: float) -> Headers:
    if bucket is None:
        return ()
    reset = max(wait, (bucket.capacity - bucket.tokens) / bucket.rate)
    return (
        (b"ratelimit-limit", b"%d" % bucket.capacity),
        (b"ratelimit-remaining", b"%d" % max(bucket.tokens, 0)),
        (b"ratelimit-reset", b"%d" % round(reset)),
    )


def _too_many(project: Project, wait: float, headers: Headers) -> Problem:
    return Problem(
        429,
        "rate-limited",
        "Rate limit reached",
        f"The project is above the allowance of its tier {project.rates.tier!r}. Send the batch "
        f"again in {max(1, round(wait))} s.",
        headers=(*retry_after(wait), *headers),
    )
