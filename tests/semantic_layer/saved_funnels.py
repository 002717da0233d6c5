"""Definitions of saved funnels over the events of the built marts, and some that mean nothing."""

from typing import Any

VIEW, SEARCH, ORDER = (
    {"event": "page_view"},
    {"event": "search"},
    {"event": "order_completed"},
)
GERMAN_VIEW = {
    "event": "page_view",
    "name": "View in Germany",
    "where": [{"field": "country", "op": "eq", "value": "DE"}],
}
COSTLY_ORDER = {
    "event": "order_completed",
    "where": [{"field": "properties.revenue", "op": "gt", "value": 6}],
}


def _funnel(*steps: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"kind": "funnel", "steps": list(steps), **parts}


VALID = {
    "ordered": _funnel(VIEW, SEARCH, ORDER),
    "overlapping": _funnel(GERMAN_VIEW, VIEW, COSTLY_ORDER, window={"n": 2, "unit": "day"}),
    "monthly": _funnel(SEARCH, ORDER, window={"n": 1, "unit": "month"}),
    "strict": _funnel(VIEW, VIEW, ORDER, order="strict"),
    "any order": _funnel(SEARCH, ORDER, GERMAN_VIEW, order="any", window={"n": 1, "unit": "day"}),
    "optional": _funnel(VIEW, {**SEARCH, "optional": True}, ORDER, window={"n": 9, "unit": "hour"}),
    "excluded": _funnel(
        VIEW, ORDER, window={"n": 1, "unit": "day"}, exclusions=[{"event": "search"}]
    ),
    "held": _funnel(VIEW, SEARCH, ORDER, hold_constant=["country"]),
    "broken down": _funnel(
        VIEW, SEARCH, ORDER, breakdown={"field": "country", "attribution": "step:2"}
    ),
    "of sessions": _funnel(VIEW, SEARCH, count_by="session"),
    "one step": _funnel(ORDER),
    "never": _funnel(VIEW, {"event": "never"}),
    "with a time": _funnel(VIEW, ORDER, time={"last": {"n": 7, "unit": "day"}}),
}
INVALID = {
    "no steps": _funnel(),
    "empty window": _funnel(VIEW, ORDER, window={"n": 0, "unit": "day"}),
    "unknown field": _funnel(VIEW, ORDER, hold_constant=["plan"]),
    "too long": _funnel(
        *[
            {"event": "e", "where": [{"field": "path", "op": "in", "value": ["x" * 200] * 200}]}
            for _ in range(10)
        ]
    ),
}
SAVED = {**VALID, **INVALID}
