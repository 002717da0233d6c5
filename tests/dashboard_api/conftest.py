"""The dashboard API over real PostgreSQL, Redis and ClickHouse, called in process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from control_plane.database import AsyncDatabase
from control_plane.keys import KeyKind
from control_plane.models import User
from control_plane.repositories import (
    api_keys,
    memberships,
    organisations,
    projects,
    users,
)
from control_plane.roles import Role
from dashboard_api import accounts
from dashboard_api.application import create_app
from dashboard_api.security.tokens import issue_access_token
from dashboard_api.settings import Settings

PASSWORD = "correct horse battery"
BASE_URL = "http://dashboard.test"


@pytest.fixture
def settings(
    database_url: str,
    redis_url: str,
    clickhouse_reader_url: str,
    warehouse_url: str,
    tmp_path: Path,
) -> Settings:
    """Without a dbt manifest: loading one takes a second, and few tests ask for numbers."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        clickhouse_reader_url=clickhouse_reader_url,
        jwt_secret="j" * 48,
        refresh_token_secret="r" * 48,
        frontend_url=BASE_URL,
        dbt_target_dir=tmp_path,
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


NewClient = Callable[[], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def new_client(app: FastAPI) -> AsyncIterator[NewClient]:
    """Makes clients with a cookie jar each; unhandled errors are answered, not raised."""
    async with AsyncExitStack() as stack:

        async def make() -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url=BASE_URL)
            )

        yield make


@pytest.fixture
async def client(new_client: NewClient) -> httpx.AsyncClient:
    return await new_client()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncDatabase]:
    async with AsyncDatabase(database_url) as database:
        yield database


@dataclass(frozen=True)
class Member:
    email: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Team:
    """One project with a member of each role, and a project of somebody else."""

    project_id: str
    other_project_id: str
    members: dict[Role, Member]
    read_key: str
    write_key: str


async def signed_in(settings: Settings, database: AsyncDatabase, user: User) -> Member:
    """A session without the second that hashing a password takes."""
    session = await accounts.open_session(database, user.id, timedelta(hours=1))
    return Member(user.email, issue_access_token(settings, user.id, session.family_id))


@pytest.fixture
async def team(settings: Settings, database: AsyncDatabase) -> Team:
    organisation = await database.run(organisations.create, "Acme")
    project = await database.run(
        projects.create, organisation.id, "Shop", timezone="Europe/Berlin", currency="EUR"
    )
    stranger = await database.run(organisations.create, "Stranger")
    other = await database.run(projects.create, stranger.id, "Secret")
    members = {}
    for role in Role:
        user = await database.run(users.create, f"{role.value}@example.com", None)
        await database.run(memberships.grant, user.id, organisation.id, role)
        members[role] = await signed_in(settings, database, user)
    read = await database.run(api_keys.create_for_project, project.id, KeyKind.READ)
    write = await database.run(api_keys.create_for_project, project.id, KeyKind.WRITE)
    return Team(project.id, other.id, members, read.plaintext, write.plaintext)
