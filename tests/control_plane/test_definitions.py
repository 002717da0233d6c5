"""Saved funnels, rate tiers, usage and replays."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from control_plane.errors import InvalidValueError, NotFoundError
from control_plane.ids import new_id
from control_plane.models import Project
from control_plane.repositories import (
    funnels,
    monthly_usage,
    organisations,
    projects,
    rate_tiers,
    rejected_replays,
)
from control_plane.repositories.rejected_replays import Outcome, ReplayState

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


def test_the_tiers_that_ship(session: Session) -> None:
    tiers = {
        tier.name: (tier.events_per_second, tier.bytes_per_second, tier.monthly_events)
        for tier in rate_tiers.everything(session)
    }
    assert tiers == {
        "free": (100, 1_000_000, 1_000_000),
        "growth": (2_000, 10_000_000, 100_000_000),
        "enterprise": (20_000, 100_000_000, None),
        "small": (500, 1_000_000, None),
        "standard": (5_000, 10_000_000, None),
        "unmetered": (None, None, None),
    }


def test_a_tier_is_changed_in_the_fields_that_are_named(session: Session) -> None:
    rate_tiers.save(session, "free", events_per_second=7, monthly_events=None)
    free = rate_tiers.by_name(session, "free")
    assert (free.events_per_second, free.monthly_events, free.bytes_per_second) == (
        7,
        None,
        1_000_000,
    )
    assert rate_tiers.save(session, "own", burst_seconds=3).events_per_second is None
    with pytest.raises(InvalidValueError, match="burst_seconds: must lie between 1 and 3600"):
        rate_tiers.save(session, "free", burst_seconds=0)


def test_a_month_counts_upwards_only(session: Session, project: Project) -> None:
    november = date(2026, 11, 1)
    for events in (10, 30, 20):
        monthly_usage.raise_to(session, november, {project.id: events, new_id(): 5})
    assert monthly_usage.of_month(session, november) == {project.id: 30}
    assert monthly_usage.of_project(session, project.id, date(2026, 12, 1)) == 0


def test_a_replayed_event_stays_replayed(session: Session, project: Project) -> None:
    refused = Outcome("1-2-3", ReplayState.FAILED, ("e1",), "missing_identity", "user_id", "none")
    for outcome in (refused, Outcome("1-2-3", ReplayState.REPLAYED, ("e1",)), refused):
        rejected_replays.record(session, project.id, [outcome], "ada@example.com")
    row = rejected_replays.of_events(session, project.id, ["1-2-3", "9-9-9"])["1-2-3"]
    assert (row.state, row.attempts, row.reason, row.author) == (
        "replayed",
        2,
        "",
        "ada@example.com",
    )
