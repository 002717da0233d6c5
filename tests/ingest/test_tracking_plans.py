"""What an event breaks of its project's plan, and that nothing else suffers."""

import time
from typing import Any

import msgspec
import pytest

from control_plane.database import Database
from control_plane.keys import KeyKind
from control_plane.repositories import api_keys, tracking_plan
from ingest.protocols.rejection import Rejection
from ingest.tracking_plans import MAX_VIOLATIONS, TrackingPlan, check
from tests.ingest.services import Ingest, event

ORDER = {
    "type": "object",
    "required": ["order_id", "revenue"],
    "properties": {
        "order_id": {"type": "string", "pattern": "^A-[0-9]+$"},
        "revenue": {"type": ["number", "null"], "minimum": 0},
        "method": {"enum": ["card", "invoice"]},
        "at": {"type": "string", "format": "date-time"},
        "items": {"type": "array", "items": {"required": ["sku"]}},
        "note": {"type": "string", "maxLength": 3},
    },
    "additionalProperties": False,
}
GOOD = {"order_id": "A-1", "revenue": 12.5}


def plan(
    mode: str = "warn", unknown: str = "allow", *, own: str | None = None, **order: Any
) -> TrackingPlan:
    events = {
        "order": {"mode": own, "properties": ORDER, **order},
        "identify": {"traits": {"required": ["a"]}},
    }
    document = {"version": 1, "mode": mode, "unknown_events": unknown, "events": events}
    return msgspec.convert(document, TrackingPlan)


@pytest.mark.parametrize(
    ("properties", "violations"),
    [
        (GOOD, ()),
        (msgspec.Raw(msgspec.json.encode(GOOD)), ()),
        (None, ("properties.order_id: required", "properties.revenue: required")),
        ({**GOOD, "revenue": "ada@example.com"}, ("properties.revenue: type null or number",)),
        ({**GOOD, "revenue": -1}, ("properties.revenue: minimum 0",)),
        ({**GOOD, "order_id": "B"}, ("properties.order_id: pattern",)),
        ({**GOOD, "method": "cash"}, ("properties.method: enum card, invoice",)),
        ({**GOOD, "at": "soon"}, ("properties.at: format date-time",)),
        ({**GOOD, "items": [{}, {}]}, ("properties.items[].sku: required",)),
        ({**GOOD, "note": "long"}, ("properties.note: maxLength 3",)),
        ({**GOOD, "b": 1, "a": 2}, ("properties: additionalProperties a, b",)),
        ({**GOOD, "revenue": 10**400}, ()),
        ({**GOOD, "note": "\x00"}, ()),
    ],
)
def test_violations_name_field_and_rule_but_no_value(
    properties: Any, violations: tuple[str, ...]
) -> None:
    assert check(plan(), "order", properties, None) == violations


def test_traits_are_checked_where_the_plan_describes_them() -> None:
    assert check(plan(), "identify", None, {"a": 1}) == ()
    assert check(plan(), "identify", None, {}) == ("traits.a: required",)


def test_violations_are_bounded_in_number_and_length() -> None:
    schema = {"additionalProperties": {"type": "string"}, "maxProperties": 1}
    found = check(plan(properties=schema), "order", {"k" * 500 + str(n): 1 for n in range(50)}, {})
    assert len(found) <= MAX_VIOLATIONS
    assert max(map(len, found)) < 160


def test_an_enforced_plan_rejects_with_field_and_reason() -> None:
    with pytest.raises(Rejection) as refused:
        check(plan("enforce"), "order", {"revenue": "x", "a": 1, "note": "long", "at": 1}, None)
    assert (refused.value.code, refused.value.field) == (
        "plan_violation",
        "properties.order_id",
    )
    assert refused.value.reason.startswith("properties.order_id: required; ")
    assert refused.value.reason.endswith(" and 2 more")


def test_an_event_may_have_a_mode_of_its_own() -> None:
    assert check(plan("off"), "order", None, None) == ()
    assert check(plan("enforce", own="warn"), "order", None, None) != ()
    with pytest.raises(Rejection):
        check(plan("off", own="enforce"), "order", None, None)
    assert not plan("off").checks_anything
    assert plan("off", own="warn").checks_anything


@pytest.mark.parametrize("name", ["page_view", "screen_view", "group", "alias"])
def test_reserved_names_are_never_unknown(name: str) -> None:
    assert check(plan("enforce", "reject"), name, None, None) == ()


def test_unknown_names_are_noted_or_rejected() -> None:
    assert check(plan("off", "reject"), "new", None, None) == ()
    assert check(plan("enforce"), "new", None, None) == ("unknown_event",)
    with pytest.raises(Rejection) as refused:
        check(plan("enforce", "reject"), "new", None, None)
    assert (refused.value.code, refused.value.field) == ("unknown_event", "event")


def test_a_version_compiles_its_schemas_once() -> None:
    one = plan()
    check(one, "order", GOOD, None)
    validators = one.events["order"].validators
    check(one, "order", GOOD, None)
    assert one.events["order"].validators is validators


def test_plans_take_effect_on_what_comes_in(ingest: Ingest) -> None:
    set_plan(ingest, "warn", "allow")
    good = event(event="order", properties=GOOD)
    wait_until_checked(ingest)
    answer = ingest.send(
        good, event(event="order", properties={"order_id": "A-2", "revenue": "x"}), event()
    ).json()
    assert answer == {"accepted": 3, "rejected": []}
    stored = {
        row["violations"][0] if row["violations"] else ""
        for row in ingest.wait_for_rows(4)
        if row["event_name"] != "probe"
    }
    assert stored == {"", "properties.revenue: type null or number", "unknown_event"}

    set_plan(ingest, "enforce", "reject")
    deadline = time.monotonic() + 15
    while (answer := ingest.send(event(event="new")).json()).get("accepted"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer["errors"][0]["code"] == "unknown_event"
    answer = ingest.send(event(event="order"), event(event="order", properties=GOOD)).json()
    assert answer["accepted"] == 1
    (rejected,) = answer["rejected"]
    assert (rejected["index"], rejected["code"], rejected["field"]) == (
        0,
        "plan_violation",
        "properties.order_id",
    )


def set_plan(ingest: Ingest, mode: str, unknown: str) -> None:
    document = {"mode": mode, "unknown_events": unknown, "events": {"order": {"properties": ORDER}}}
    with Database(ingest.database_url) as database:
        database.run(
            tracking_plan.replace, ingest.project_id, document, author="", expected_version=None
        )


def wait_until_checked(ingest: Ingest) -> None:
    """Ingest reads plans with the keys, which it does once a key comes that is new to it."""
    with Database(ingest.database_url) as database:
        key = database.run(api_keys.create_for_project, ingest.project_id, KeyKind.WRITE)
    ingest.write_key = key.plaintext
    assert ingest.send(event(event="probe")).json()["accepted"] == 1
