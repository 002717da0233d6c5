from datetime import UTC, datetime

from sqlalchemy.orm import Session

from control_plane.repositories import funnels, organisations, projects, tracking_plan
from control_plane.sample_shop import PLAN, describe_sample_shop
from ingest.sample_traffic import sample_events


def test_describing_the_shop_twice_is_describing_it_once(session: Session) -> None:
    organisation = organisations.create(session, "Shopkeepers")
    project = projects.create(session, organisation.id, "Shop")
    for _ in range(2):
        describe_sample_shop(session, project.id)
    assert [funnel.name for funnel in funnels.of_project(session, project.id)] == ["Checkout"]
    entries = tracking_plan.entries(session, project.id)
    assert {entry.event_name for entry in entries} == set(PLAN)


def test_the_plan_names_every_event_and_property_that_is_sent() -> None:
    sent: dict[str, set[str]] = {}
    for event in sample_events(datetime(2026, 11, 22, 14, tzinfo=UTC)):
        if event["type"] != "identify":
            sent.setdefault(event["event"], set()).update(event.get("properties", {}))
    assert sent == {name: set(properties) for name, (_, properties) in PLAN.items()}
