"""What a visitor does on one visit."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ingest.sample_traffic.assortment import (
    ARTICLES,
    CATEGORIES,
    PRODUCTS,
    SITE,
    SOURCES,
    Product,
    Source,
)
from ingest.sample_traffic.visitors import Visit

LIBRARY = {"name": "sample-traffic", "version": "1"}
CURRENCY = "USD"


@dataclass
class Journey:
    """Builds the events of a visit, each some seconds after the one before."""

    random: Random
    visit: Visit
    session_id: str
    source: Source = field(init=False)
    now: datetime = field(init=False)
    events: list[dict[str, Any]] = field(default_factory=list)
    basket: list[tuple[Product, int]] = field(default_factory=list)
    page: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.visit.starts_at
        self.source = self.random.choices(SOURCES, [source.weight for source in SOURCES])[0]

    def walk(self) -> list[dict[str, Any]]:
        self.land()
        if self.random.random() < (0.42 if self.visit.is_first else 0.25):
            return self.events  # a bounce
        self.maybe_log_in(0.35 if not self.visit.is_first else 0.03)
        for _ in range(self.random.randint(1, 4)):
            self.browse()
        if self.basket:
            self.check_out()
        return self.events

    def land(self) -> None:
        match self.source.landing:
            case "category":
                self.see_category()
            case "product":
                self.see_product(self.random.choice(PRODUCTS))
            case "article":
                article = self.random.choice(ARTICLES)
                self.see(f"/journal/{article}", article.replace("-", " ").capitalize())
            case path:
                self.see(path, "Tea and coffee")

    def browse(self) -> None:
        if self.random.random() < 0.2:
            query = self.random.choice(["sencha", "grinder", "gift", "decaf", "teapot", "chai"])
            self.see(f"/search?q={query}", "Search")
            self.act("products_searched", {"query": query})
        elif self.random.random() < 0.5:
            self.see_category()
        product = self.random.choice(PRODUCTS)
        self.see_product(product)
        if self.random.random() < 0.22 * self.source.intent + 0.25 * self.visit.visitor.loyalty:
            quantity = self.random.choices([1, 2, 3], [80, 15, 5])[0]
            self.basket.append((product, quantity))
            self.act("added_to_cart", {**described(product), "quantity": quantity})

    def check_out(self) -> None:
        self.see("/cart", "Your basket")
        if self.random.random() > 0.62:
            return
        self.act("checkout_started", {"value": self.total, "currency": CURRENCY})
        self.maybe_log_in(0.7)
        # Small screens and high sums lose more buyers.
        hesitation = 0.25 + (0.12 if self.visit.visitor.device.screen[0] < 500 else 0.0)
        if self.random.random() < hesitation + min(self.total / 1500, 0.15):
            return
        self.see("/checkout/done", "Thank you")
        self.act("order_completed", self.order())

    def maybe_log_in(self, probability: float) -> None:
        visitor = self.visit.visitor
        if visitor.known_as or not visitor.account or self.random.random() > probability:
            return
        visitor.known_as = visitor.account
        tier = self.random.choices(["free", "plus", "pro"], [70, 22, 8])[0]
        self.add({"type": "identify", "traits": {"tier": tier, "country": visitor.country}})

    def see_category(self) -> None:
        category = self.random.choice(CATEGORIES)
        self.see(f"/{category}", category.capitalize())

    def see_product(self, product: Product) -> None:
        path = f"/{product.category}/{product.product_id.lower()}"
        self.see(path, product.name)
        self.act("product_viewed", described(product))

    def see(self, target: str, title: str) -> None:
        first = not self.events
        url = f"{SITE}{target}"
        if first and self.source.campaign:
            tags = self.source.campaign
            url += f"?utm_source={tags['source']}&utm_medium={tags['medium']}"
            url += f"&utm_campaign={tags['name']}"
        referrer = self.source.referrer if first else self.page["url"]
        path = target.partition("?")[0]
        self.page = {"url": url, "path": path, "title": title, "referrer": referrer}
        self.add({"type": "page", "event": "page_view"})

    def act(self, event: str, properties: dict[str, Any]) -> None:
        self.add({"type": "track", "event": event, "properties": properties})

    def add(self, event: dict[str, Any]) -> None:
        if self.events:
            self.now += timedelta(milliseconds=round(self.random.lognormvariate(9.6, 1.0)) + 400)
        visitor = self.visit.visitor
        known = {"user_id": visitor.known_as} if visitor.known_as else {}
        self.events.append(
            {
                **event,
                **known,
                "anonymous_id": visitor.anonymous_id,
                "session_id": self.session_id,
                "timestamp": self.now,
                "context": self.context(),
            }
        )

    def context(self) -> dict[str, Any]:
        visitor = self.visit.visitor
        width, height = visitor.device.screen
        context: dict[str, Any] = {
            "page": self.page,
            "user_agent": visitor.device.user_agent,
            "screen": {"width": width, "height": height},
            "locale": visitor.locale,
            "location": {"country": visitor.country},
            "library": LIBRARY,
        }
        if self.source.campaign and not self.events:
            context["campaign"] = self.source.campaign
        return context

    @property
    def total(self) -> float:
        return round(sum(product.price * quantity for product, quantity in self.basket), 2)

    def order(self) -> dict[str, Any]:
        return {
            "order_id": f"order-{self.session_id.removeprefix('session-')}",
            "revenue": self.total,
            "currency": CURRENCY,
            "item_count": sum(quantity for _, quantity in self.basket),
            "payment_method": self.random.choices(["card", "wallet", "invoice"], [60, 32, 8])[0],
            "items": [
                {**described(product), "quantity": quantity} for product, quantity in self.basket
            ],
        }


def described(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "name": product.name,
        "category": product.category,
        "price": product.price,
    }
