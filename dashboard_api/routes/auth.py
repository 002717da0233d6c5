"""Accounts and sessions."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from control_plane import passwords
from control_plane.models import User
from control_plane.repositories.refresh_tokens import IssuedToken
from control_plane.roles import Role
from dashboard_api import accounts
from dashboard_api.accounts import NewAccount, RegistrationMode
from dashboard_api.deps import AppResources, ClientAddress
from dashboard_api.problems import responses
from dashboard_api.resources import Resources
from dashboard_api.security import lockout
from dashboard_api.security.access import CurrentIdentity, CurrentUser
from dashboard_api.security.cookies import (
    REFRESH_COOKIE,
    clear_session_cookies,
    refuse_cross_site,
    set_session_cookies,
)
from dashboard_api.security.identity import bearer_token
from dashboard_api.security.tokens import (
    issue_access_token,
    open_refresh_token,
    read_access_token,
    seal_refresh_token,
    unauthenticated,
)

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])

MAXIMUM_PASSWORD_LENGTH = 256

Name = Annotated[str, Field(max_length=200)]
TokenDelivery = Annotated[
    Literal["body", "cookie"],
    Field(
        description="`cookie` keeps both tokens out of the body: a browser needs only the "
        "httpOnly cookies, and scripts never see a token."
    ),
]


class RegisterRequest(BaseModel):
    email: str = Field(max_length=320, examples=["ada@example.com"])
    password: str = Field(
        min_length=passwords.MINIMUM_LENGTH,
        max_length=MAXIMUM_PASSWORD_LENGTH,
        examples=["correct horse battery"],
    )
    first_name: Name = Field(default="", examples=["Ada"])
    last_name: Name = Field(default="", examples=["Lovelace"])
    timezone: str = Field(
        default="UTC",
        description="Zone of the first project; only the first account makes one",
        examples=["Europe/Berlin"],
    )
    invitation: str | None = Field(default=None, description="Token of the invitation link")
    deliver: TokenDelivery = "body"


class LoginRequest(BaseModel):
    email: str = Field(max_length=320, examples=["ada@example.com"])
    password: str = Field(max_length=MAXIMUM_PASSWORD_LENGTH, examples=["correct horse battery"])
    deliver: TokenDelivery = "body"


class RefreshRequest(BaseModel):
    refresh_token: str | None = Field(default=None, description="Left out by browsers: the cookie")
    deliver: TokenDelivery = "body"


class Account(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    email: str
    first_name: str
    last_name: str


class SessionTokens(BaseModel):
    """Both tokens are null when they were delivered as cookies."""

    access_token: str | None = Field(default=None, examples=["eyJhbGciOiJIUzI1NiIs…"])
    refresh_token: str | None = None
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6750's word, no secret
    expires_in: int = Field(description="Seconds until the access token expires", examples=[900])
    user: Account


class ProjectRole(BaseModel):
    project_id: str
    project_name: str
    role: Role


class Me(Account):
    roles: list[ProjectRole]


class Registration(BaseModel):
    mode: RegistrationMode = Field(description="Who may register now")


def session_response(
    response: Response,
    resources: Resources,
    user: User,
    issued: IssuedToken,
    deliver: Literal["body", "cookie"],
) -> SessionTokens:
    settings = resources.settings
    access = issue_access_token(settings, user.id, issued.family_id)
    refresh = seal_refresh_token(settings, issued.plaintext)
    set_session_cookies(response, settings, access_token=access, refresh_token=refresh)
    shown = deliver == "body"
    return SessionTokens(
        access_token=access if shown else None,
        refresh_token=refresh if shown else None,
        expires_in=settings.access_token_seconds,
        user=Account.model_validate(user),
    )


async def start_session(
    response: Response,
    resources: Resources,
    user: User,
    deliver: Literal["body", "cookie"],
) -> SessionTokens:
    lifetime = timedelta(seconds=resources.settings.refresh_token_seconds)
    issued = await accounts.open_session(resources.database, user.id, lifetime)
    return session_response(response, resources, user, issued, deliver)


@router.get("/registration", operation_id="getRegistration")
async def get_registration(resources: AppResources) -> Registration:
    """Who may register: the first account, people with an invitation, or nobody."""
    mode = await resources.database.run(accounts.registration_mode, resources.settings.registration)
    return Registration(mode=mode)


@router.post("/register", operation_id="register", status_code=201, responses=responses(403, 409))
async def register(
    body: RegisterRequest, request: Request, response: Response, resources: AppResources
) -> SessionTokens:
    """Create an account and sign in. The first one owns the server; later ones need an
    invitation."""
    refuse_cross_site(request, resources.settings)
    user = await accounts.register(
        resources.blocking_database,
        NewAccount(body.email, body.password, body.first_name, body.last_name, body.timezone),
        invitation=body.invitation,
        otherwise=resources.settings.registration,
    )
    return await start_session(response, resources, user, body.deliver)


@router.post("/login", operation_id="login", responses=responses(401, 403, 429))
async def login(
    body: LoginRequest,
    request: Request,
    response: Response,
    resources: AppResources,
    address: ClientAddress,
) -> SessionTokens:
    """Sign in with e-mail and password. Failures are counted and slowed down."""
    refuse_cross_site(request, resources.settings)
    await lockout.refuse_locked_out(resources.redis, body.email, address)
    user = await accounts.authenticate(resources.blocking_database, body.email, body.password)
    if user is None:
        await lockout.note_failure(resources.redis, body.email, address)
        raise accounts.invalid_credentials()
    await lockout.forget_failures(resources.redis, body.email, address)
    return await start_session(response, resources, user, body.deliver)


@router.post("/refresh", operation_id="refresh", responses=responses(401, 403))
async def refresh(
    request: Request,
    response: Response,
    resources: AppResources,
    body: Annotated[RefreshRequest | None, Body()] = None,
) -> SessionTokens:
    """Exchange a refresh token for a new pair. Each works once: using one again ends the
    session that it belongs to."""
    refuse_cross_site(request, resources.settings)
    body = body or RefreshRequest()
    plaintext = presented_refresh_token(request, resources, body)
    lifetime = timedelta(seconds=resources.settings.refresh_token_seconds)
    issued = await accounts.rotate_session(resources.database, plaintext, lifetime)
    user = await resources.database.run(accounts.active_user, issued.user_id)
    return session_response(response, resources, user, issued, body.deliver)


def presented_refresh_token(request: Request, resources: Resources, body: RefreshRequest) -> str:
    sealed = body.refresh_token or request.cookies.get(REFRESH_COOKIE)
    if sealed is None:
        raise unauthenticated("unauthenticated", "There is no session to refresh. Sign in.")
    plaintext = open_refresh_token(resources.settings, sealed)
    if plaintext is None:
        raise unauthenticated(
            "refresh-token-unknown", "This refresh token is not known. Sign in again."
        )
    return plaintext


@router.post("/logout", operation_id="logout", status_code=204, responses=responses(403))
async def logout(
    request: Request,
    response: Response,
    resources: AppResources,
    body: Annotated[RefreshRequest | None, Body()] = None,
) -> None:
    """End the session of the token or cookie that is sent; without one there is none to end."""
    refuse_cross_site(request, resources.settings)
    sealed = (body and body.refresh_token) or request.cookies.get(REFRESH_COOKIE)
    plaintext = open_refresh_token(resources.settings, sealed) if sealed else None
    if plaintext is not None:
        await accounts.end_session_of_token(resources.database, plaintext)
    elif token := bearer_token(request):
        claims = read_access_token(resources.settings, token)
        await accounts.end_session(resources.database, claims.session_id)
    clear_session_cookies(response)


@router.get("/me", operation_id="getMe", responses=responses(401))
async def me(user: CurrentUser, identity: CurrentIdentity) -> Me:
    """The signed-in user and what they may do in each project."""
    roles = [
        ProjectRole(
            project_id=access.project.id, project_name=access.project.name, role=access.role
        )
        for access in identity.projects
    ]
    return Me(**Account.model_validate(user).model_dump(), roles=roles)
