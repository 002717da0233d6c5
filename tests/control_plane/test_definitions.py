"""Saved funnels, the tracking plan and rate tiers."""

import pytest
from sqlalchemy.orm import Session

from control_plane.errors import InvalidValueError, NotFoundError
from control_plane.models import Project
from control_plane.repositories import (
    funnels,
    organisations,
    projects,
    rate_tiers,
    tracking_plan,
)

CHECKOUT = {"kind": "funnel", "steps": [{"event": "page_view"}, {"event": "order_completed"}]}


@pytest.fixture
def project(session: Session) -> Project:
    organisation = organisations.create(session, "Shopkeepers")
    return projects.create(session, organisation.id, "Shop")


def test_saving_a_funnel_again_replaces_its_definition(session: Session, project: Project) -> None:
    first = funnels.save(session, project.id, "Checkout", CHECKOUT)
    second = funnels.save(session, project.id, "Checkout", {**CHECKOUT, "order": "strict"})
    assert first.id == second.id
    assert [f.definition["order"] for f in funnels.of_project(session, project.id)] == ["strict"]


def test_an_archived_funnel_is_hidden_but_kept(session: Session, project: Project) -> None:
    funnel = funnels.save(session, project.id, "Checkout", CHECKOUT)
    funnels.archive(session, project.id, funnel.id)
    assert funnels.of_project(session, project.id) == []
    assert [f.id for f in funnels.everything(session)] == [funnel.id]


def test_a_funnel_of_another_project_cannot_be_archived(session: Session, project: Project) -> None:
    other = projects.create(session, project.organisation_id, "Blog")
    funnel = funnels.save(session, project.id, "Checkout", CHECKOUT)
    with pytest.raises(NotFoundError):
        funnels.archive(session, other.id, funnel.id)


def test_the_plan_lists_each_event_before_its_properties(
    session: Session, project: Project
) -> None:
    order = tracking_plan.document_event(session, project.id, "order_completed", "A paid order.")
    tracking_plan.document_property(session, order, "revenue", "number", "Total, with tax.")
    tracking_plan.document_event(session, project.id, "page_view", "A page was seen.")
    lines = [
        (e.event_name, e.property_name, e.value_type, e.description)
        for e in tracking_plan.entries(session, project.id)
    ]
    assert lines == [
        ("order_completed", "", "", "A paid order."),
        ("order_completed", "revenue", "number", "Total, with tax."),
        ("page_view", "", "", "A page was seen."),
    ]


def test_documenting_again_changes_the_description(session: Session, project: Project) -> None:
    for description in ("Old.", "New."):
        event = tracking_plan.document_event(session, project.id, "page_view", description)
        tracking_plan.document_property(session, event, "path", "string", description)
    assert {e.description for e in tracking_plan.entries(session)} == {"New."}


def test_an_unknown_value_type_is_refused(session: Session, project: Project) -> None:
    event = tracking_plan.document_event(session, project.id, "page_view", "")
    with pytest.raises(InvalidValueError, match="'money' is not one of string, number"):
        tracking_plan.document_property(session, event, "price", "money", "")


def test_the_tiers_that_ship(session: Session) -> None:
    tiers = {tier.name: tier.events_per_second for tier in rate_tiers.everything(session)}
    assert tiers == {"small": 500, "standard": 5_000, "unmetered": None}
