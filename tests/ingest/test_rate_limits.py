"""Token buckets: a project's tier, and addresses that guess keys."""

from datetime import date
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.problems import Problem
from ingest.project import Project, RateLimits
from ingest.rate_limits import FailureLimiter, RateLimiter
from ingest.settings import IngestSettings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def project(**rates: int | None) -> Project:
    return Project("p1", rates=RateLimits("free", burst_seconds=2, **rates))


def test_a_project_may_spend_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limited = project(events_per_second=10)
    headers = dict(limiter.spend(limited, 15, 1))
    assert headers[b"ratelimit-limit"] == b"20"
    assert headers[b"ratelimit-remaining"] == b"5"
    with pytest.raises(Problem) as refused:
        limiter.spend(limited, 10, 1)
    assert refused.value.status == 429
    assert dict(refused.value.headers)[b"retry-after"] == b"1"
    clock.now = 0.5
    limiter.spend(limited, 10, 1)


def test_bytes_are_limited_as_well() -> None:
    limiter = RateLimiter(Clock())
    limited = project(bytes_per_second=100)
    limiter.spend(limited, 1, 200)
    with pytest.raises(Problem):
        limiter.spend(limited, 1, 1)


def test_a_batch_above_the_capacity_passes_when_the_bucket_is_full() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limited = project(events_per_second=10)
    limiter.spend(limited, 100, 1)
    clock.now = 5.0
    with pytest.raises(Problem):  # still in debt
        limiter.spend(limited, 1, 1)
    clock.now = 9.0
    limiter.spend(limited, 1, 1)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limited = project(events_per_second=10)
    limiter.spend(limited, 20, 1)
    clock.now = -3600.0
    with pytest.raises(Problem):
        limiter.spend(limited, 1, 1)


def test_a_project_without_limits_gets_no_headers() -> None:
    assert RateLimiter(Clock()).spend(Project("p1"), 10_000, 10_000_000) == ()


def test_guessing_keys_is_slowed_down_except_from_trusted_addresses() -> None:
    limiter = FailureLimiter([IPv4Network("10.0.0.0/8")], Clock())
    for _ in range(50):
        limiter.count("192.0.2.1")
    with pytest.raises(Problem) as refused:
        limiter.count("192.0.2.1")
    assert refused.value.status == 429
    limiter.count("192.0.2.2")
    for _ in range(1_000):
        limiter.count("10.0.0.1")


def test_trusted_networks_are_read_from_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_IPS", "10.0.0.0/8, 192.0.2.7,2001:db8::/32")
    assert [str(network) for network in IngestSettings().trusted_ips] == [
        "10.0.0.0/8",
        "192.0.2.7/32",
        "2001:db8::/32",
    ]


@given(
    rate=st.integers(1, 1_000),
    burst=st.integers(1, 20),
    steps=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3_000)), max_size=60),
)
def test_no_stretch_of_time_gets_more_than_its_rate_and_the_burst(
    rate: int, burst: int, steps: list[tuple[float, int]]
) -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limited = Project("p1", rates=RateLimits("t", rate, burst_seconds=burst))
    capacity = rate * burst
    granted: list[tuple[float, int]] = []
    for pause, amount in steps:
        clock.now += pause
        try:
            limiter.spend(limited, min(amount, capacity), 1)
        except Problem:
            continue
        granted.append((clock.now, min(amount, capacity)))
    for first, (began, _) in enumerate(granted):
        total = 0
        for moment, amount in granted[first:]:
            total += amount
            assert total <= rate * (moment - began) + capacity + 1e-6


def test_a_quota_ends_with_its_month() -> None:
    month = date(2026, 11, 1)
    limiter = RateLimiter(Clock(), lambda: month)
    limited = Project("p1", rates=RateLimits("free", monthly_events=20))
    limiter.note_used({"p1": 4})
    headers = dict(limiter.spend(limited, 16, 1))
    assert (headers[b"ratelimit-limit"], headers[b"ratelimit-remaining"]) == (b"20", b"0")
    with pytest.raises(Problem) as refused:
        limiter.spend(limited, 1, 1)
    assert (refused.value.status, refused.value.slug) == (429, "quota-exceeded")
    assert 1 <= int(dict(refused.value.headers)[b"retry-after"]) <= 3_600
    quota = limiter.allowances["p1"].quota
    assert quota is not None
    quota.turn(date(2026, 12, 1))
    limiter.spend(limited, 20, 1)


def test_a_changed_tier_gives_no_second_burst() -> None:
    limiter = RateLimiter(Clock())
    limiter.spend(project(events_per_second=10), 20, 1)
    with pytest.raises(Problem):
        limiter.spend(project(events_per_second=20), 1, 1)


def test_a_project_that_is_over_its_limit_leaves_others_alone() -> None:
    limiter = RateLimiter(Clock())
    rates = RateLimits("free", 1, burst_seconds=1)
    limiter.spend(Project("p1", rates=rates), 1, 1)
    with pytest.raises(Problem):
        limiter.spend(Project("p1", rates=rates), 1, 1)
    limiter.spend(Project("p2", rates=rates), 1, 1)
