"""Slows down guessing of passwords: failures are counted in Redis, and each one past the
free ones doubles the wait."""

import hashlib
import logging
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from dashboard_api.problems import ProblemError

logger = logging.getLogger(__name__)

FORGET_SECONDS = 3600
LONGEST_WAIT_SECONDS = 900


class Counter(NamedTuple):
    key: str
    free_failures: int


def counters(email: str, address: str) -> tuple[Counter, ...]:
    """One guesser is stopped soon; the whole account only after many, so that nobody can
    lock a colleague out from elsewhere by typing a wrong password five times."""
    account = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]
    return (
        Counter(f"login_failures:{account}:{address}", 5),
        Counter(f"login_failures:{account}", 50),
        Counter(f"login_failures:address:{address}", 100),
    )


def wait_seconds(failures: int, free_failures: int) -> int:
    """1, 2, 4 … 900 seconds from the first failure past the free ones."""
    extra = failures - free_failures
    return 0 if extra < 0 else min(2 ** min(extra, 10), LONGEST_WAIT_SECONDS)


async def refuse_locked_out(redis: Redis, email: str, address: str) -> None:
    """Raise 429 while the wait after the last failure lasts. Without Redis nobody is locked
    out: argon2id still limits guessing to some 20 passwords a second."""
    try:
        waits = [await redis.pttl(f"{counter.key}:wait") for counter in counters(email, address)]
    except (RedisError, OSError) as error:
        logger.warning("login back-off is off while Redis is away: %s", error)
        return
    remaining = (max(waits) + 999) // 1000
    if remaining > 0:
        raise ProblemError(
            429,
            "too-many-attempts",
            f"Too many failed sign-ins. Wait {remaining} s and try again.",
            headers={"Retry-After": str(remaining)},
        )


async def note_failure(redis: Redis, email: str, address: str) -> None:
    try:
        for counter in counters(email, address):
            failures = await redis.incr(counter.key)
            await redis.expire(counter.key, FORGET_SECONDS)
            if wait := wait_seconds(failures, counter.free_failures):
                await redis.set(f"{counter.key}:wait", 1, ex=wait)
    except (RedisError, OSError) as error:
        logger.warning("failed sign-in was not counted: %s", error)


async def forget_failures(redis: Redis, email: str, address: str) -> None:
    """After a success; the address's own counter stays, so that a guesser with one account
    of his own cannot reset it."""
    try:
        await redis.delete(counters(email, address)[0].key)
    except (RedisError, OSError) as error:
        logger.warning("failed sign-ins were not forgotten: %s", error)
