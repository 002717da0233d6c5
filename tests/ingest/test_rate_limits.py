"""Token buckets: a project's tier, and addresses that guess keys."""

from ipaddress import IPv4Network

import pytest

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
