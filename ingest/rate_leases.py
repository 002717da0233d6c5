"""Shares the allowances of projects among the processes of ingest, through Redis.

Every `TICK_SECONDS` a process reports what it holds of each project that sent something, and is
given what it lacks of its share; a quiet one reports every `HEARTBEAT_SECONDS`, and is forgotten
after `IDLE_SECONDS`. Events of the month are added to a counter at the same time. No request
waits for any of this, and while Redis is away each process limits by itself.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import redis.asyncio as redis
from redis.exceptions import RedisError

from control_plane.repositories.monthly_usage import redis_key
from ingest.rate_limits import LEASE_SECONDS, Allowance, Bucket, RateLimiter, opening_of

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.05
HEARTBEAT_SECONDS = 1.0
IDLE_SECONDS = 60.0
RETRY_SECONDS = 0.5
SILENCE_SECONDS = 2 * LEASE_SECONDS + HEARTBEAT_SECONDS  # then a process is taken to be gone
USAGE_KEPT_SECONDS = 40 * 86_400
ROUNDING = 1e-3

_HERE = Path(__file__).parent
_LEASE = (_HERE / "rate_leases.lua").read_text()
_COUNT = (_HERE / "monthly_usage.lua").read_text()


class RateLeases:
    """`server_clock` is for tests; otherwise Redis' own clock counts, which all processes share."""

    def __init__(
        self,
        client: "redis.Redis",
        limiter: RateLimiter,
        server_clock: Callable[[], float] | None = None,
    ) -> None:
        self._redis = client
        self._limiter = limiter
        self._server_clock = server_clock
        self._process = uuid.uuid4().hex
        self._wanted = asyncio.Event()
        self._is_away = False
        limiter.is_shared = True
        limiter.wake = self._wanted.set

    async def run(self) -> None:
        while True:
            if not await self.exchange():
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._wanted.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wanted.wait()

    async def exchange(self) -> bool:
        """Report and receive once; False while Redis is away."""
        month = self._limiter.month()
        now = self._limiter.clock()
        due = [a for a in self._limiter.allowances.values() if _is_due(a, now)]
        if not due:
            return True
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for allowance in due:
                    self._ask(pipeline, allowance, month)
                answers = await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            if not self._is_away:
                logger.warning("rate limits: Redis is away, each process limits alone: %s", error)
            self._is_away = True
            return False
        if self._is_away:
            logger.info("rate limits: Redis is back")
        self._is_away = False
        self._take(due, answers, now)
        return True

    def _ask(self, pipeline: Any, allowance: Allowance, month: date) -> None:
        buckets = allowance.buckets
        if buckets:
            moment = "" if self._server_clock is None else repr(self._server_clock())
            keep = int(max(bucket.capacity / bucket.rate for bucket in buckets)) + 60
            numbers = [part for bucket in buckets for part in _report(bucket, allowance)]
            pipeline.eval(
                _LEASE,
                1,
                _key(allowance),
                self._process,
                moment,
                SILENCE_SECONDS,
                keep,
                *numbers,
            )
        quota = allowance.quota
        if quota is not None:
            quota.turn(month)
            quota.asked = quota.unreported
            pipeline.eval(
                _COUNT,
                1,
                redis_key(allowance.project_id, month),
                quota.asked,
                quota.used,
                USAGE_KEPT_SECONDS,
            )

    def _take(self, due: list[Allowance], answers: list[Any], now: float) -> None:
        given = iter(answers)
        for allowance in due:
            if allowance.buckets:
                processes, *changes = (float(text) for text in next(given))
                for bucket, change in zip(allowance.buckets, changes, strict=True):
                    bucket.tokens += change
                    bucket.share = bucket.capacity / processes - ROUNDING
            if allowance.quota is not None:
                allowance.quota.used = int(next(given))
                allowance.quota.unreported -= allowance.quota.asked
            allowance.is_opening = False
            allowance.reported_at = now
            allowance.lease(now + LEASE_SECONDS)
            if allowance.spent_at + IDLE_SECONDS < now:
                self._limiter.allowances.pop(allowance.project_id, None)


def _key(allowance: Allowance) -> str:
    """Tiers differ in what they limit, and a tier may be changed under way."""
    limited = ("e" if allowance.events else "") + ("b" if allowance.bytes else "")
    return f"allowance:{{{allowance.project_id}}}:{limited}"


def _report(bucket: Bucket, allowance: Allowance) -> Iterator[str]:
    """Rate, capacity, what is held, and what was taken without having been given."""
    opening = opening_of(bucket) if allowance.is_opening else 0.0
    yield from (f"{n:.6f}" for n in (bucket.rate, bucket.capacity, bucket.tokens, opening))


def _is_due(allowance: Allowance, now: float) -> bool:
    return (
        allowance.is_opening
        or allowance.spent_at >= allowance.reported_at
        or now - allowance.reported_at >= HEARTBEAT_SECONDS
    )
