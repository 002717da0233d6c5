"""Accounts and sessions, end to end over PostgreSQL and Redis."""

import time

import httpx
import jwt
import pytest
from sqlalchemy import update

from control_plane.database import AsyncDatabase
from control_plane.models import User
from control_plane.repositories import users
from control_plane.roles import Role
from dashboard_api.security.tokens import ALGORITHM, ISSUER
from dashboard_api.settings import Settings
from tests.dashboard_api.conftest import BASE_URL, PASSWORD, NewClient, Team

ADA = {
    "email": "Ada@Example.com",
    "password": PASSWORD,
    "first_name": "Ada",
    "last_name": "Lovelace",
}


async def register(client: httpx.AsyncClient, **changes: object) -> httpx.Response:
    return await client.post("/api/v1/auth/register", json={**ADA, **changes})


async def test_first_account_owns_the_server_and_gets_a_project(client: httpx.AsyncClient) -> None:
    before = await client.get("/api/v1/auth/registration")
    answer = await register(client, timezone="Europe/Berlin")
    me = await client.get("/api/v1/auth/me")

    assert before.json() == {"mode": "first_account"}
    assert answer.status_code == 201
    assert answer.json()["user"]["email"] == "ada@example.com"
    assert me.json()["first_name"] == "Ada"
    (role,) = me.json()["roles"]
    assert (role["role"], role["project_name"]) == ("owner", "My project")
    projects = (await client.get("/api/v1/projects")).json()["projects"]
    assert projects[0]["timezone"] == "Europe/Berlin"
    assert (await client.get("/api/v1/auth/registration")).json() == {"mode": "invitation"}


async def test_second_account_needs_an_invitation(
    client: httpx.AsyncClient, new_client: NewClient, database: AsyncDatabase
) -> None:
    await register(client)
    other = await new_client()

    refused = await register(other, email="eve@example.com")
    invited = await database.run(users.invite, "bob@example.com")
    wrong_address = await register(other, email="eve@example.com", invitation=invited.token)
    accepted = await register(other, email="bob@example.com", invitation=invited.token)
    again = await register(other, email="bob@example.com", invitation=invited.token)

    assert (refused.status_code, refused.json()["type"]) == (403, "registration-closed")
    assert (wrong_address.status_code, wrong_address.json()["type"]) == (403, "invitation-invalid")
    assert accepted.status_code == 201
    assert (again.status_code, again.json()["type"]) == (403, "invitation-invalid")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"password": "short"}, "password"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
async def test_registration_names_the_field_that_is_wrong(
    client: httpx.AsyncClient, changes: dict[str, str], field: str
) -> None:
    answer = await register(client, **changes)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await client.get("/api/v1/auth/registration")).json()["mode"] == "first_account"


async def test_login_sets_cookies_that_scripts_cannot_read(client: httpx.AsyncClient) -> None:
    await register(client)
    answer = await client.post(
        "/api/v1/auth/login", json={**ADA, "email": "ada@example.com", "deliver": "cookie"}
    )

    assert answer.json()["access_token"] is None
    assert answer.json()["refresh_token"] is None
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=strict" in cookie for cookie in cookies)
    assert "Path=/api/v1/auth" in next(c for c in cookies if c.startswith("refresh_token"))


async def test_cookies_are_secure_behind_tls(settings: Settings) -> None:
    assert not settings.cookies_are_secure
    behind_tls = settings.model_copy(update={"frontend_url": "https://analytics.example"})
    assert behind_tls.cookies_are_secure


async def test_wrong_password_and_unknown_user_get_the_same_answer(
    client: httpx.AsyncClient,
) -> None:
    await register(client)
    wrong = await client.post("/api/v1/auth/login", json={"email": ADA["email"], "password": "x"})
    unknown = await client.post("/api/v1/auth/login", json={"email": "a@b.c", "password": "x"})

    for answer in (wrong, unknown):
        assert answer.status_code == 401
        answer_without_id = {k: v for k, v in answer.json().items() if k != "request_id"}
        assert answer_without_id["type"] == "invalid-credentials"
    assert wrong.json()["detail"] == unknown.json()["detail"]


async def test_failed_logins_are_slowed_down_and_say_for_how_long(
    client: httpx.AsyncClient,
) -> None:
    await register(client)
    attempt = {"email": ADA["email"], "password": "wrong"}

    statuses = [
        (await client.post("/api/v1/auth/login", json=attempt)).status_code for _ in range(5)
    ]
    locked = await client.post("/api/v1/auth/login", json={**attempt, "password": PASSWORD})

    assert statuses == [401] * 5
    assert (locked.status_code, locked.json()["type"]) == (429, "too-many-attempts")
    assert int(locked.headers["retry-after"]) >= 1


async def test_refresh_rotates_and_reuse_ends_the_session(
    client: httpx.AsyncClient, new_client: NewClient
) -> None:
    first = (await register(client)).json()
    client.cookies.clear()
    second = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}
    )
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]

    thief = await new_client()
    reused = await thief.post(
        "/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}
    )
    assert (reused.status_code, reused.json()["type"]) == (401, "refresh-token-reused")

    owner = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": second.json()["refresh_token"]}
    )
    assert (owner.status_code, owner.json()["type"]) == (401, "refresh-token-revoked")
    client.cookies.clear()
    bearer = {"authorization": f"Bearer {second.json()['access_token']}"}
    assert (await client.get("/api/v1/auth/me", headers=bearer)).json()["type"] == "session-ended"


async def test_refresh_works_by_cookie_alone(client: httpx.AsyncClient) -> None:
    await register(client, deliver="cookie")
    before = client.cookies["refresh_token"]

    answer = await client.post("/api/v1/auth/refresh")

    assert answer.status_code == 200
    assert client.cookies["refresh_token"] != before


@pytest.mark.parametrize("token", ["", "no-seal", "forged." + "0" * 64])
async def test_forged_refresh_tokens_are_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.post("/api/v1/auth/refresh", json={"refresh_token": token})

    assert answer.status_code == 401


async def test_logout_ends_the_session_for_its_access_token_too(client: httpx.AsyncClient) -> None:
    token = (await register(client)).json()["access_token"]

    answer = await client.post("/api/v1/auth/logout")

    assert answer.status_code == 204
    assert not client.cookies
    me = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {token}"})
    assert (me.status_code, me.json()["type"]) == (401, "session-ended")


async def test_logout_by_bearer_token(team: Team, client: httpx.AsyncClient) -> None:
    member = team.members[Role.VIEWER]

    assert (await client.post("/api/v1/auth/logout", headers=member.headers)).status_code == 204
    assert (await client.get("/api/v1/auth/me", headers=member.headers)).status_code == 401


async def test_a_disabled_user_is_out_at_once(
    team: Team, client: httpx.AsyncClient, database: AsyncDatabase
) -> None:
    member = team.members[Role.VIEWER]
    async with database.sessions.begin() as session:
        statement = update(User).where(User.email == member.email)
        await session.execute(statement.values(disabled_at=User.created_at))

    assert (await client.get("/api/v1/auth/me", headers=member.headers)).status_code == 401


def forged(settings: Settings, **changes: object) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "x", "sid": "x", "iat": now, "exp": now + 60, **changes}
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm=ALGORITHM)


@pytest.mark.parametrize(
    ("token", "slug"),
    [
        ("not-a-token", "token-invalid"),
        (jwt.encode({"sub": "x", "exp": 9e9}, "k" * 48, algorithm="HS256"), "token-invalid"),
        (jwt.encode({"sub": "x", "exp": 9e9}, "", algorithm="none"), "token-invalid"),
    ],
)
async def test_forged_access_tokens_are_refused(
    client: httpx.AsyncClient, token: str, slug: str
) -> None:
    answer = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["type"]) == (401, slug)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_access_token_says_so(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    token = forged(settings, exp=int(time.time()) - 1)
    answer = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["type"]) == (401, "token-expired")


async def test_cookies_do_not_work_for_another_site(client: httpx.AsyncClient) -> None:
    await register(client)
    project_id = (await client.get("/api/v1/projects")).json()["projects"][0]["id"]
    path, body = f"/api/v1/projects/{project_id}/keys", {"kind": "write"}

    foreign = {"origin": "http://evil.test"}
    refused = await client.post(path, json=body, headers=foreign)
    sibling = await client.post(path, json=body, headers={"sec-fetch-site": "same-site"})
    login = await client.post("/api/v1/auth/login", json=ADA, headers=foreign)
    own = await client.post(path, json=body, headers={"origin": BASE_URL})

    for answer in (refused, sibling, login):
        assert (answer.status_code, answer.json()["type"]) == (403, "cross-site-request")
    assert own.status_code == 201


async def test_text_that_postgresql_cannot_hold_is_refused(client: httpx.AsyncClient) -> None:
    answer = await register(client, first_name="A\u0000da")

    assert (answer.status_code, answer.json()["type"]) == (422, "validation-failed")
