"""What projects may send: a rate of events and bytes, and a number of events a month.

`spend` is called for every batch and waits for nothing. Where Redis is there, `ingest.rate_leases`
brings each process its share of a project's allowance, in chunks and in the background; without it
each process fills its own buckets.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_address

from ingest.problems import Headers, Problem, retry_after
from ingest.project import Project, RateLimits
from ingest.settings import Network

LEASE_SECONDS = 2.0
"""How long a process that hears nothing of Redis goes on with what it has before it refills."""
OPENING_SECONDS = 1.0
"""Of a project's rate: what a process that shares may spend before Redis has answered first."""
REFILL_SECONDS = 0.01
"""Filling more often than a batch needs would cost more than the rest of `spend`."""
QUOTA_RETRY_SECONDS = 3_600.0
"""At most: a tier may be changed before the month ends."""


class Bucket:
    """Holds up to `capacity` tokens and gains `rate` a second; negative tokens are a debt.

    `share` is what this process holds at most, and a larger amount asks for no more than that.
    """

    __slots__ = ("at", "capacity", "rate", "share", "tokens")

    def __init__(self, rate: float, capacity: float, now: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self.share = capacity
        self.tokens = capacity
        self.at = now

    def refill(self, now: float) -> None:
        gained = max(now - self.at, 0.0) * self.rate
        self.tokens = min(self.capacity, self.tokens + gained)
        self.at = now

    def wait(self, amount: float) -> float:
        """Seconds until `amount` is there. More than the share needs a full share only."""
        return max(0.0, (min(amount, self.share) - self.tokens) / self.rate)


class Quota:
    """Events of a month: `used` by all processes when last heard, `unreported` by this one since;
    `asked` of those are on their way to Redis."""

    __slots__ = ("asked", "limit", "month", "unreported", "used")

    def __init__(self, limit: int, month: date, used: int) -> None:
        self.limit = limit
        self.month = month
        self.used = used
        self.unreported = self.asked = 0

    def turn(self, month: date) -> None:
        if month != self.month:
            self.month, self.used, self.unreported, self.asked = month, 0, 0, 0


def opening_of(bucket: Bucket) -> float:
    return min(bucket.capacity, max(1.0, bucket.rate * OPENING_SECONDS))


class Allowance:
    """What one process knows of one project's limits."""

    __slots__ = (
        "bytes",
        "events",
        "is_opening",
        "leased_until",
        "limit_header",
        "project_id",
        "quota",
        "rates",
        "refill_at",
        "reported_at",
        "spent_at",
    )

    def __init__(
        self, project: Project, now: float, month: date, used: int, *, is_shared: bool
    ) -> None:
        rates = project.rates
        self.project_id = project.project_id
        self.rates = rates
        self.events = _bucket(rates.events_per_second, rates.burst_seconds, now)
        self.bytes = _bucket(rates.bytes_per_second, rates.burst_seconds, now)
        quota = rates.monthly_events
        self.quota = None if quota is None else Quota(quota, month, used)
        self.limit_header = b"%d" % (self.events.capacity if self.events else quota or 0)
        self.spent_at = now
        self.reported_at = float("-inf")
        self.is_opening = is_shared
        self.lease(now + LEASE_SECONDS if is_shared else float("-inf"))
        if is_shared:
            for bucket in self.buckets:
                bucket.share = bucket.tokens = opening_of(bucket)

    @property
    def buckets(self) -> list[Bucket]:
        return [bucket for bucket in (self.events, self.bytes) if bucket is not None]

    def lacks(self, events: int, size: int) -> bool:
        counted, weighed, quota = self.events, self.bytes, self.quota
        return (
            (counted is not None and counted.tokens < events and counted.tokens < counted.share)
            or (weighed is not None and weighed.tokens < size and weighed.tokens < weighed.share)
            or (quota is not None and quota.used + quota.unreported + events > quota.limit)
        )

    def lease(self, until: float) -> None:
        """Nothing is to be filled here until then."""
        self.leased_until = self.refill_at = until

    def refill(self, now: float) -> None:
        """Fill the buckets here, for the time for which there was no lease."""
        self.refill_at = now + REFILL_SECONDS
        for bucket in self.buckets:
            bucket.at = max(bucket.at, min(now, self.leased_until))
            bucket.share = bucket.capacity
            bucket.refill(now)

    def headers(self, wait: float = 0.0) -> Headers:
        """Of events: those of the rate, or of the month where there is no rate."""
        bucket = self.events
        if bucket is not None:
            tokens = bucket.tokens
            if self.is_opening:  # the rest of the burst is about to be leased
                tokens += bucket.capacity - bucket.share
            reset = max(wait, (bucket.capacity - tokens) / bucket.rate)
        elif self.quota is not None:
            tokens = self.quota.limit - self.quota.used - self.quota.unreported
            reset = seconds_left_of(self.quota.month)
        else:
            return ()
        return (
            (b"ratelimit-limit", self.limit_header),
            (b"ratelimit-remaining", b"%d" % tokens if tokens > 0 else b"0"),
            (b"ratelimit-reset", b"%d" % (reset + 0.5)),
        )


class RateLimiter:
    """`is_shared`: something leases from Redis for it; `wake` asks that to happen now."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        month: Callable[[], date] = lambda: datetime.now(UTC).date().replace(day=1),
    ) -> None:
        self.clock = clock
        self.month = month
        self.is_shared = False
        self.wake: Callable[[], None] = lambda: None
        self.allowances: dict[str, Allowance] = {}
        self.used: dict[str, int] = {}  # this month by project, as far as PostgreSQL knows

    def spend(self, project: Project, events: int, size: int) -> Headers:
        """Take a batch from the project's allowance; raises Problem 429 when it is above it.

        `size` counts what all events share once for each of them. Returns the RateLimit headers;
        none for a project without limits.
        """
        rates = project.rates
        allowance = self.allowances.get(project.project_id)
        if allowance is None or (allowance.rates is not rates and allowance.rates != rates):
            if _is_unlimited(rates):
                self.allowances.pop(project.project_id, None)
                return ()
            allowance = self._open(project, allowance)
        now = self.clock()
        if now > allowance.refill_at:
            allowance.refill(now)
        if allowance.lacks(events, size):
            if now > allowance.leased_until:
                allowance.refill(now)
            if allowance.lacks(events, size):
                raise _refusal(project, allowance, events, size)
        counted, weighed, quota = allowance.events, allowance.bytes, allowance.quota
        if counted is not None:
            counted.tokens -= events
        if weighed is not None:
            weighed.tokens -= size
        if quota is not None:
            quota.unreported += events
        allowance.spent_at = now
        return allowance.headers()

    def note_used(self, used: dict[str, int]) -> None:
        """What PostgreSQL has of this month; a count is never lowered by it."""
        self.used = used
        for project_id, allowance in self.allowances.items():
            if allowance.quota is not None:
                allowance.quota.used = max(allowance.quota.used, used.get(project_id, 0))

    def _open(self, project: Project, before: Allowance | None) -> Allowance:
        used = self.used.get(project.project_id, 0)
        if before is not None and before.quota is not None:
            used = max(used, before.quota.used + before.quota.unreported)
        opened = Allowance(project, self.clock(), self.month(), used, is_shared=self.is_shared)
        if before is not None:  # a changed tier gives no second burst
            for new, old in ((opened.events, before.events), (opened.bytes, before.bytes)):
                if new is not None and old is not None:
                    new.tokens = min(new.tokens, old.tokens)
        self.allowances[project.project_id] = opened
        self.wake()
        return opened


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


def seconds_left_of(month: date) -> float:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    end = datetime(following.year, following.month, 1, tzinfo=UTC)
    return max(1.0, (end - datetime.now(UTC)).total_seconds())


def _is_unlimited(rates: RateLimits) -> bool:
    return (
        rates.events_per_second is None
        and rates.bytes_per_second is None
        and rates.monthly_events is None
    )


def _bucket(rate: int | None, burst_seconds: int, now: float) -> Bucket | None:
    if rate is None:
        return None
    rate = max(rate, 1)
    return Bucket(rate, rate * max(burst_seconds, 1), now)


def _refusal(project: Project, allowance: Allowance, events: int, size: int) -> Problem:
    tier, quota = project.rates.tier, allowance.quota
    if quota is not None and quota.used + quota.unreported + events > quota.limit:
        left = max(quota.limit - quota.used - quota.unreported, 0)
        wait = min(seconds_left_of(quota.month), QUOTA_RETRY_SECONDS)
        detail = (
            f"The project may send {quota.limit} events a month in its tier {tier!r}, and {left} "
            f"are left until the end of {quota.month:%Y-%m} (UTC): fewer than this batch has."
        )
        return Problem(
            429,
            "quota-exceeded",
            "Monthly quota used up",
            detail,
            headers=(*retry_after(wait), *allowance.headers(wait)),
        )
    amounts = ((allowance.events, events), (allowance.bytes, size))
    wait = max(bucket.wait(amount) for bucket, amount in amounts if bucket is not None)
    detail = (
        f"The project is above the allowance of its tier {tier!r}. Send the batch again in "
        f"{max(1, round(wait))} s."
    )
    headers = (*retry_after(wait), *allowance.headers(wait))
    return Problem(429, "rate-limited", "Rate limit reached", detail, headers=headers)
