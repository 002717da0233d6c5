from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.sample_traffic import sample_events
from ingest.sample_traffic.assortment import BOTS

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
FUNNEL = ["product_viewed", "added_to_cart", "checkout_started", "order_completed"]


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return sample_events(NOW)


def test_the_same_time_gives_the_same_events(events: list[dict[str, Any]]) -> None:
    assert sample_events(NOW) == events
    assert sample_events(NOW + timedelta(days=1)) != events


def test_it_is_a_month_of_a_small_shop(events: list[dict[str, Any]]) -> None:
    assert 20_000 < len(events) < 40_000
    days = Counter(event["timestamp"][:10] for event in events)
    assert len(days) == 30
    assert min(days) == "2026-10-24"
    assert max(event["timestamp"] for event in events) < "2026-11-22T14:05:00.000Z"
    assert min(days.values()) > 200


def test_every_event_has_an_id_of_its_own_and_an_identity(events: list[dict[str, Any]]) -> None:
    assert len({event["event_id"] for event in events}) == len(events)
    assert all(event["anonymous_id"] for event in events)


def test_each_step_of_the_checkout_loses_people(events: list[dict[str, Any]]) -> None:
    people = [len({e["anonymous_id"] for e in events if e.get("event") == step}) for step in FUNNEL]
    assert people == sorted(people, reverse=True)
    assert people[-1] > 100


def test_orders_have_a_revenue_that_equals_their_items(events: list[dict[str, Any]]) -> None:
    orders = [event["properties"] for event in events if event.get("event") == "order_completed"]
    for order in orders:
        total = sum(item["price"] * item["quantity"] for item in order["items"])
        assert order["revenue"] == pytest.approx(total)
    assert len({order["order_id"] for order in orders}) == len(orders)


def test_anonymous_visitors_become_known_some_on_two_devices(
    events: list[dict[str, Any]],
) -> None:
    identified = [event for event in events if event["type"] == "identify"]
    assert len(identified) > 200
    devices = Counter(event["user_id"] for event in identified)
    assert max(devices.values()) == 2
    for event in identified[:20]:
        before = [
            each
            for each in events
            if each["anonymous_id"] == event["anonymous_id"]
            and each["timestamp"] < event["timestamp"]
        ]
        assert before
        assert not any("user_id" in each for each in before)


def test_some_events_are_late_and_some_visitors_are_bots(events: list[dict[str, Any]]) -> None:
    times = [event["timestamp"] for event in events]
    latest, late = times[0], 0
    for time in times:
        late += time < latest
        latest = max(latest, time)
    assert 100 < late < 1_000
    agents = Counter(event["context"].get("user_agent") for event in events)
    assert all(agents[bot] > 50 for bot in BOTS)
