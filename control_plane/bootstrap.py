"""The first account of a new installation."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane import passwords
from control_plane.keys import KeyKind
from control_plane.models import User
from control_plane.repositories import api_keys, memberships, organisations, projects, users
from control_plane.roles import Role

FIRST_ACCOUNT_LOCK = 0x66697273
""""firs(t)" in ASCII, an advisory lock: whoever makes a first account takes it."""


@dataclass(frozen=True)
class FirstLogin:
    """What the operator needs once; the password and the key are stored only as hashes."""

    email: str
    password: str
    organisation_id: str
    user_id: str
    project_id: str
    write_key: str


def ensure_first_account(
    session: Session,
    *,
    email: str = "owner@example.com",
    organisation_name: str = "My organisation",
    project_name: str = "Sample shop",
    timezone: str = "UTC",
    password: str | None = None,
) -> FirstLogin | None:
    """Create organisation, owner, project and write key; None if anybody has an account already.

    Safe to call by two starters at once.
    """
    session.execute(select(func.pg_advisory_xact_lock(FIRST_ACCOUNT_LOCK)))
    if session.scalar(select(User.id).limit(1)):
        return None
    password = password or passwords.generate_password()
    organisation = organisations.create(session, organisation_name)
    owner = users.create(session, email, password)
    memberships.grant(session, owner.id, organisation.id, Role.OWNER)
    project = projects.create(session, organisation.id, project_name, timezone=timezone)
    key = api_keys.create_for_project(session, project.id, KeyKind.WRITE, name="first key")
    return FirstLogin(owner.email, password, organisation.id, owner.id, project.id, key.plaintext)
