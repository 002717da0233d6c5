from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from control_plane.repositories import memberships, organisations, projects, users
from control_plane.roles import Role


@dataclass
class World:
    organisation_id: str
    user_id: str
    shop_id: str
    blog_id: str


@pytest.fixture
def world(session: Session) -> World:
    organisation = organisations.create(session, "Shopkeepers")
    user = users.create(session, "ada@example.com", "correct horse")
    shop = projects.create(session, organisation.id, "Shop")
    blog = projects.create(session, organisation.id, "Blog")
    return World(organisation.id, user.id, shop.id, blog.id)


def test_a_role_includes_those_below_it() -> None:
    assert Role.OWNER.includes(Role.ADMIN)
    assert Role.ANALYST.includes(Role.VIEWER)
    assert Role.ANALYST.includes(Role.ANALYST)
    assert not Role.VIEWER.includes(Role.ANALYST)


def test_without_a_membership_no_project_is_visible(session: Session, world: World) -> None:
    assert memberships.accessible_projects(session, world.user_id) == []
    assert memberships.role_in_project(session, world.user_id, world.shop_id) is None


def test_a_role_in_the_organisation_holds_in_every_project(session: Session, world: World) -> None:
    memberships.grant(session, world.user_id, world.organisation_id, Role.ADMIN)
    access = memberships.accessible_projects(session, world.user_id)
    assert [(a.project.name, a.role) for a in access] == [
        ("Blog", Role.ADMIN),
        ("Shop", Role.ADMIN),
    ]


def test_a_role_in_one_project_does_not_show_the_other(session: Session, world: World) -> None:
    memberships.grant(
        session, world.user_id, world.organisation_id, Role.ANALYST, project_id=world.shop_id
    )
    assert memberships.role_in_project(session, world.user_id, world.shop_id) is Role.ANALYST
    assert memberships.role_in_project(session, world.user_id, world.blog_id) is None


def test_the_higher_of_two_roles_counts(session: Session, world: World) -> None:
    memberships.grant(session, world.user_id, world.organisation_id, Role.VIEWER)
    memberships.grant(
        session, world.user_id, world.organisation_id, Role.ADMIN, project_id=world.shop_id
    )
    access = memberships.accessible_projects(session, world.user_id)
    assert {a.project.id: a.role for a in access} == {
        world.shop_id: Role.ADMIN,
        world.blog_id: Role.VIEWER,
    }
    assert memberships.role_in_project(session, world.user_id, world.shop_id) is Role.ADMIN


def test_a_second_grant_replaces_the_first(session: Session, world: World) -> None:
    memberships.grant(session, world.user_id, world.organisation_id, Role.OWNER)
    memberships.grant(session, world.user_id, world.organisation_id, Role.VIEWER)
    members = memberships.members(session, world.organisation_id)
    assert [(user.email, membership.role) for user, membership in members] == [
        ("ada@example.com", "viewer")
    ]
