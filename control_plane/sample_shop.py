"""What the first project knows of its sample traffic: a funnel and the tracking plan."""

from sqlalchemy.orm import Session

from control_plane.repositories import funnels, tracking_plan
from control_plane.tracking_plan.document import EventSchema

CHECKOUT = {
    "kind": "funnel",
    "steps": [
        {"event": "product_viewed"},
        {"event": "added_to_cart"},
        {"event": "checkout_started"},
        {"event": "order_completed"},
    ],
    "window": {"n": 7, "unit": "day"},
    "order": "ordered",
    "count_by": "person",
}

PRODUCT = {
    "product_id": ("string", "Stock-keeping unit."),
    "name": ("string", "Name of the product as shown."),
    "category": ("string", "Category of the assortment."),
    "price": ("number", "Price of one, in the project's currency."),
}

# Event: description, and for each property its type and description.
PLAN: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "page_view": ("A page was shown.", {}),
    "products_searched": (
        "A visitor searched the assortment.",
        {"query": ("string", "Words searched for.")},
    ),
    "product_viewed": ("The page of a product was shown.", PRODUCT),
    "added_to_cart": (
        "A product was put into the basket.",
        {**PRODUCT, "quantity": ("integer", "How many.")},
    ),
    "checkout_started": (
        "A visitor went from the basket to the checkout.",
        {
            "value": ("number", "Sum of the basket."),
            "currency": ("string", "ISO 4217 code of the sum."),
        },
    ),
    "order_completed": (
        "An order was paid.",
        {
            "order_id": ("string", "Number of the order."),
            "revenue": ("number", "Sum of the order."),
            "currency": ("string", "ISO 4217 code of the sum."),
            "item_count": ("integer", "How many pieces were bought."),
            "payment_method": ("string", "card, wallet or invoice."),
            "items": ("list", "Products with quantity and price."),
        },
    ),
    "order_refunded": (
        "An order was paid back.",
        {
            "order_id": ("string", "Number of the order."),
            "revenue": ("number", "Sum paid back."),
            "currency": ("string", "ISO 4217 code of the sum."),
        },
    ),
}


TYPES: dict[str, dict[str, str]] = {"list": {"type": "array"}}


def event_schema(description: str, properties: dict[str, tuple[str, str]]) -> EventSchema:
    if not properties:
        return {"description": description}
    members = {
        name: {**TYPES.get(kind, {"type": kind}), "description": meaning}
        for name, (kind, meaning) in properties.items()
    }
    return {
        "description": description,
        "properties": {"type": "object", "properties": members},
    }


def describe_sample_shop(session: Session, project_id: str) -> None:
    """Save the funnel and the plan; a second time changes nothing."""
    funnels.save(session, project_id, "Checkout", CHECKOUT)
    if tracking_plan.current(session, project_id) is None:
        events = {name: event_schema(*event) for name, event in PLAN.items()}
        given = {"mode": "off", "unknown_events": "allow", "events": events}
        tracking_plan.replace(session, project_id, given, author="", note="sample shop")
