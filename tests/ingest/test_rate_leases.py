"""Processes share a project's allowance through Redis, and do without it when it is away."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import pytest
import redis.asyncio as redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control_plane.repositories.monthly_usage import redis_key
from ingest.problems import Problem
from ingest.project import Project, RateLimits
from ingest.rate_leases import RateLeases
from ingest.rate_limits import RateLimiter
from ingest.usage import UsageKeeper
from stack.engines import Redis
from stack.engines.foreground import running
from stack.ports import free_port

MONTH = date(2026, 11, 1)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Process:
    """A limiter with its leases, on a simulated clock."""

    def __init__(self, client: "redis.Redis", clock: Clock) -> None:
        self.limiter = RateLimiter(clock, lambda: MONTH)
        self.leases = RateLeases(client, self.limiter, clock)

    def spend(self, project: Project, events: int) -> int:
        """How many were taken: all or none."""
        try:
            self.limiter.spend(project, events, 1)
        except Problem:
            return 0
        return events


def project(**rates: int) -> Project:
    return Project(uuid.uuid4().hex, rates=RateLimits("t", **rates))


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator["redis.Redis"]:
    async with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def processes(client: "redis.Redis") -> Callable[[Clock, int], list[Process]]:
    return lambda clock, count: [Process(client, clock) for _ in range(count)]


async def exchange(processes: list[Process]) -> None:
    for process in processes:
        assert await process.leases.exchange()


async def test_one_process_alone_has_the_whole_burst(
    processes: Callable[[Clock, int], list[Process]],
) -> None:
    clock = Clock()
    (alone,) = processes(clock, 1)
    limited = project(events_per_second=10, burst_seconds=5)
    assert alone.spend(limited, 5) == 5
    await exchange([alone])
    assert alone.spend(limited, 45) == 45
    assert alone.spend(limited, 1) == 0
    await exchange([alone])
    clock.now += 1
    await exchange([alone])
    assert alone.spend(limited, 11) == 0
    assert alone.spend(limited, 10) == 10


async def test_two_processes_share_one_allowance(
    processes: Callable[[Clock, int], list[Process]],
) -> None:
    clock = Clock()
    both = processes(clock, 2)
    limited = project(events_per_second=100, burst_seconds=4)
    granted = 0
    for _ in range(200):  # ten seconds in which both are asked for far too much
        for process in both:
            granted += sum(process.spend(limited, 10) for _ in range(20))
        await exchange(both)
        clock.now += 0.05
    assert 1_300 <= granted <= 100 * 10 + 400


async def test_a_process_that_is_gone_leaves_its_share_to_the_other(
    processes: Callable[[Clock, int], list[Process]],
) -> None:
    clock = Clock()
    gone, left = processes(clock, 2)
    limited = project(events_per_second=10, burst_seconds=10)
    for process in (gone, left, gone, left):
        process.spend(limited, 1)
        await exchange([process])
    assert left.spend(limited, 60) == 0
    for _ in range(20):
        clock.now += 1
        await exchange([left])
    assert left.spend(limited, 95) == 95


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rate=st.integers(1, 500),
    burst=st.integers(3, 10),
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.floats(0, 1.5), st.integers(1, 400), st.booleans()),
        min_size=5,
        max_size=25,
    ),
)
def test_processes_together_never_get_more_than_the_rate_and_the_burst(
    redis_url: str, rate: int, burst: int, steps: list[tuple[int, float, int, bool]]
) -> None:
    asyncio.run(_shared(redis_url, rate, burst, steps))


async def _shared(
    redis_url: str, rate: int, burst: int, steps: list[tuple[int, float, int, bool]]
) -> None:
    clock = Clock()
    limited = project(events_per_second=rate, burst_seconds=burst)
    async with redis.Redis.from_url(redis_url) as client:
        # Each further process may spend a second's worth before it is known; it owes that.
        newcomers = 2 * rate
        group = [Process(client, clock) for _ in range(3)]
        granted, began = 0, clock.now
        for number, pause, amount, is_exchange in steps:
            # All report at least once a second, as they do while Redis is there.
            for _ in range(2):
                clock.now += pause / 2
                await exchange(group)
            # More than a share would be a debt, which another test is about.
            granted += group[number].spend(limited, min(amount, rate))
            if is_exchange:
                await exchange([group[number]])
            assert granted <= rate * (clock.now - began) + rate * burst + newcomers + 1e-3


async def test_without_redis_each_process_limits_alone_and_shares_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    engine = Redis(tmp_path, free_port(), "secret")
    clock = Clock()
    limited = project(events_per_second=10, burst_seconds=2)
    async with redis.Redis.from_url(engine.url, socket_timeout=1) as client:
        both = [Process(client, clock) for _ in range(2)]
        assert both[0].spend(limited, 10) == 10
        assert not await both[0].leases.exchange()
        assert both[0].spend(limited, 1) == 0
        clock.now += 5
        for process in both:
            assert process.spend(limited, 10) == 10
        clock.now += 10
        for process in both:
            assert process.spend(limited, 20) == 20
            assert process.spend(limited, 1) == 0
        back = running(engine.service(), tmp_path / "redis.log")
        await asyncio.to_thread(back.__enter__)
        granted = 0
        for _ in range(100):
            await exchange(both)
            granted += sum(process.spend(limited, 5) for process in both for _ in range(5))
            clock.now += 0.1
        await asyncio.to_thread(back.__exit__, None, None, None)
    assert 90 <= granted <= 10 * 10 + 20


async def test_processes_count_one_month_together(
    processes: Callable[[Clock, int], list[Process]], client: "redis.Redis"
) -> None:
    clock = Clock()
    one, other = processes(clock, 2)
    limited = project(monthly_events=100)
    assert one.spend(limited, 60) == 60
    await exchange([one])
    assert other.spend(limited, 50) == 50  # it has not heard of the others yet: the excess
    clock.now += 1
    await exchange([other, one])
    assert (one.spend(limited, 1), other.spend(limited, 1)) == (0, 0)
    assert await client.get(redis_key(limited.project_id, MONTH)) == b"110"


async def test_a_lost_counter_is_made_anew_from_what_was_kept(
    processes: Callable[[Clock, int], list[Process]], client: "redis.Redis"
) -> None:
    class Store:
        kept: dict[str, int] = {}  # noqa: RUF012

        async def read(self, month: date) -> dict[str, int]:
            assert month == MONTH
            return self.kept

        async def write(self, month: date, used: dict[str, int]) -> None:
            assert month == MONTH
            self.kept = self.kept | used

    clock, store = Clock(), Store()
    before, after = processes(clock, 2)
    limited = project(monthly_events=100)
    before.spend(limited, 70)
    await exchange([before])
    await UsageKeeper(store, before.limiter).exchange()
    await client.flushall()
    await UsageKeeper(store, after.limiter).exchange()
    assert after.spend(limited, 31) == 0
    assert after.spend(limited, 30) == 30
    await exchange([after])
    assert await client.get(redis_key(limited.project_id, MONTH)) == b"100"
