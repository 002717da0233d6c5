"""All events of the sample shop, in the order in which they arrive."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from ingest.importer.event_ids import EventIds
from ingest.importer.expressions.values import rfc3339
from ingest.sample_traffic.assortment import BOTS, PRODUCTS, SITE
from ingest.sample_traffic.journey import LIBRARY, Journey
from ingest.sample_traffic.visitors import visits

DAYS = 30
SEED = 2_026
BOT_PAGES_A_DAY = 22
LATE_SHARE = 0.01
REFUND_SHARE = 0.04


def sample_events(now: datetime, seed: int = SEED) -> list[dict[str, Any]]:
    """Native events of the `DAYS` days of UTC that end with `now`, today's included."""
    random = Random(seed)  # noqa: S311 - has to be repeatable
    start = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=DAYS - 1)
    events = [*shop_events(random, start, now), *bot_events(random, start, now)]
    events = [event for event in events if event["timestamp"] < now]
    events.sort(key=lambda event: event["timestamp"])
    identify(events)
    return in_order_of_arrival(random, events, now)


def shop_events(random: Random, start: datetime, now: datetime) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    planned = sorted(visits(random, start, now), key=lambda visit: visit.starts_at)
    for number, visit in enumerate(planned):
        walked = Journey(random, visit, f"session-{start:%y%m%d}-{number:05d}").walk()
        events += walked
        if walked[-1].get("event") == "order_completed" and random.random() < REFUND_SHARE:
            events.append(refund(random, walked[-1]))
    return events


def refund(random: Random, order: dict[str, Any]) -> dict[str, Any]:
    """Some days later, sent by the shop's server."""
    bought = order["properties"]
    return {
        "type": "track",
        "event": "order_refunded",
        **{name: order[name] for name in ("user_id", "anonymous_id") if name in order},
        "timestamp": order["timestamp"] + timedelta(days=random.uniform(0.5, 6)),
        "properties": {name: bought[name] for name in ("order_id", "revenue", "currency")},
        "context": {"library": LIBRARY, "location": order["context"]["location"]},
    }


def bot_events(random: Random, start: datetime, now: datetime) -> list[dict[str, Any]]:
    count = round(BOT_PAGES_A_DAY * (now - start) / timedelta(days=1))
    return [bot_page(random, start + random.random() * (now - start)) for _ in range(count)]


def bot_page(random: Random, moment: datetime) -> dict[str, Any]:
    number = random.randrange(len(BOTS))
    product = random.choice(PRODUCTS)
    path = f"/{product.category}/{product.product_id.lower()}"
    return {
        "type": "page",
        "event": "page_view",
        "anonymous_id": f"crawler-{number}",
        "timestamp": moment,
        "context": {
            "page": {"url": f"{SITE}{path}", "path": path, "title": product.name},
            "user_agent": BOTS[number],
            "location": {"country": "US"},
            "library": LIBRARY,
        },
    }


def identify(events: list[dict[str, Any]]) -> None:
    """Give every event its id, and its time the form it is sent in."""
    ids = EventIds()
    for event in events:
        moment: datetime = event["timestamp"]
        milliseconds = int(moment.timestamp() * 1000)
        source = f"{event['anonymous_id']} {event.get('event')}"
        event["event_id"] = ids.next(milliseconds, source.encode())
        event["timestamp"] = rfc3339(moment)


def in_order_of_arrival(
    random: Random, events: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """By time, but for the few whose devices were offline: those come up to two days later."""
    arrivals = []
    for event in events:
        moment = datetime.fromisoformat(event["timestamp"])
        late = random.random() < LATE_SHARE
        delay = timedelta(hours=random.uniform(1, 48)) if late else timedelta()
        arrivals.append((min(moment + delay, now), event["event_id"], event))
    return [event for _, _, event in sorted(arrivals, key=lambda arrival: arrival[:2])]
