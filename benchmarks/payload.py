"""Requests as trackers send them: one visitor's events, of an app or of a site.

Event ids and pages are left open, for the load generators to fill in: every event is new, and so is
the context of every page view, while devices, locales and screens repeat as they really do.
"""

import json
import random
import time
import uuid
from enum import StrEnum
from typing import Any

NAMES = ["page_viewed", "button_clicked", "product_viewed", "added_to_cart", "search"]
AGENTS = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/{version}.0.0.0 Safari/537.36"
    for version in range(110, 130)
] + [
    f"Mozilla/5.0 (iPhone; CPU iPhone OS {version}_1 like Mac OS X) AppleWebKit/605.1.15 "
    f"(KHTML, like Gecko) Version/{version}.1 Mobile/15E148 Safari/604.1"
    for version in range(14, 19)
]
REFERRERS = ["https://www.google.com/", "https://news.example.org/today", "", "https://t.co/x"]
LOCALES = ["en-GB", "de-DE", "fr-FR", "pt-BR"]
SCREENS = [(1280, 800), (1920, 1080), (390, 844)]
SYSTEMS = [("iOS", str(version)) for version in range(15, 19)] + [
    ("Android", str(version)) for version in range(10, 16)
]
EVENTS_PER_PAGE = 5


class Shape(StrEnum):
    APP = "app"
    """Some 410 bytes an event, with a short context: what the log and loader were tried out with,
    and what the aims for throughput were set with."""
    PAGE_VIEWS = "page_views"
    """Some 720 bytes an event: a browser's context, whose page changes with every fifth event."""


# Stand for a fresh event id, and for a number of the page that no other request has.
ID = "{id}"
PAGE = "{page}"
PAGE_WIDTH = 12


def bodies(count: int, size: int, shape: Shape, seed: int = 1) -> list[str]:
    """Bodies of `size` events, with the marks in them."""
    chance = random.Random(seed)  # noqa: S311 - test data
    return [_body(chance, size, shape) for _ in range(count)]


def _body(chance: random.Random, size: int, shape: Shape) -> str:
    visitor = {
        "user_id": f"user_{chance.randrange(50_000)}",
        "anonymous_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "session_id": f"s{chance.getrandbits(48):012x}",
    }
    contexts = _app_contexts if shape is Shape.APP else _page_contexts
    events = [_event(chance, visitor, context) for context in contexts(chance, size)]
    return json.dumps({"sent_at": _now(), "events": events}, separators=(",", ":"))


def _event(
    chance: random.Random, visitor: dict[str, Any], context: dict[str, Any]
) -> dict[str, Any]:
    return {
        "event_id": ID,
        "event": chance.choice(NAMES),
        **visitor,
        "timestamp": _now(),
        "properties": {
            "price": round(chance.random() * 200, 2),
            "quantity": chance.randrange(1, 9),
            "currency": "EUR",
            "coupon": chance.random() < 0.1,
            "position": chance.randrange(40),
        },
        "context": context,
    }


def _app_contexts(chance: random.Random, size: int) -> list[dict[str, Any]]:
    system, version = chance.choice(SYSTEMS)
    context = {
        "os": {"name": system, "version": version},
        "locale": chance.choice(LOCALES),
        "library": {"name": "app", "version": "1.0"},
    }
    return [context] * size


def _page_contexts(chance: random.Random, size: int) -> list[dict[str, Any]]:
    width, height = chance.choice(SCREENS)
    device = {
        "locale": chance.choice(LOCALES),
        "screen": {"width": width, "height": height},
        "library": {"name": "web", "version": "1.0"},
        "user_agent": chance.choice(AGENTS),
    }
    pages = [_page(chance, number) for number in range(-(-size // EVENTS_PER_PAGE))]
    return [{"page": pages[index // EVENTS_PER_PAGE], **device} for index in range(size)]


def _page(chance: random.Random, number: int) -> dict[str, Any]:
    path = f"/products/{number}-{PAGE}"
    return {
        "url": f"https://shop.example.com{path}?utm_source=news&utm_medium=email",
        "path": path,
        "title": "Spring launch",
        "referrer": chance.choice(REFERRERS),
    }


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime())
