"""`analytics users`: create, invite and list users, and reset their passwords."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import control_plane
from stack.environment import resolve
from stack.listing import show_record, show_rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from control_plane.models import User

app = typer.Typer(no_args_is_help=True, help="Create, invite and list users, reset passwords.")

Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Password = Annotated[
    str, typer.Option(envvar="ANALYTICS_PASSWORD", help="Generated and shown when not given.")
]
ProjectReference = Annotated[
    str, typer.Option("--project", help="Grant the role in this project only (id or name).")
]


class RoleName(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    VIEWER = "viewer"


GrantedRole = Annotated[RoleName, typer.Option(help="Role in the organisation.")]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="users")


@app.command()
def create(
    email: Email,
    *,
    role: GrantedRole = RoleName.ANALYST,
    project: ProjectReference = "",
    password: Password = "",
    first_name: str = "",
    last_name: str = "",
    json: Json = False,
) -> None:
    """Create a user who can log in at once."""
    from control_plane.passwords import generate_password
    from control_plane.repositories import users

    chosen = password or generate_password()
    with control_plane() as database, database.sessions.begin() as session:
        user = users.create(session, email, chosen, first_name=first_name, last_name=last_name)
        _grant(session, user, role, project)
        record = {"id": user.id, "email": user.email, "role": role.value}
        show_record(record if password else {**record, "password": chosen}, as_json=json)


@app.command()
def invite(
    email: Email,
    role: GrantedRole = RoleName.ANALYST,
    project: ProjectReference = "",
    json: Json = False,
) -> None:
    """Print a link, good for a week and for one use, with which a user sets a password."""
    from control_plane.repositories import users

    environment = resolve()
    with control_plane(environment) as database, database.sessions.begin() as session:
        invited = users.invite(session, email)
        _grant(session, invited.user, role, project)
        link = f"{environment.variables['FRONTEND_URL']}/register?invitation={invited.token}"
        show_record(
            {
                "email": invited.user.email,
                "role": role.value,
                "link": link,
                "expires_at": invited.expires_at,
            },
            as_json=json,
        )


@app.command(name="reset-password")
def reset_password(email: Email, password: Password = "", json: Json = False) -> None:
    """Set a new password and end the user's sessions."""
    from control_plane.passwords import generate_password
    from control_plane.repositories import users

    chosen = password or generate_password()
    with control_plane() as database:
        user = database.run(users.reset_password, email, chosen)
        record = {"email": user.email}
        show_record(record if password else {**record, "password": chosen}, as_json=json)


@app.command(name="list")
def list_users(json: Json = False) -> None:
    """List the users of the organisation with their roles."""
    from control_plane.repositories import memberships, organisations, projects

    with control_plane() as database:
        members = database.run(memberships.members, database.run(organisations.first).id)
        names = {project.id: project.name for project in database.run(projects.everything)}
    rows = [
        {
            "id": user.id,
            "email": user.email,
            "role": membership.role,
            "project": names.get(membership.project_id or "", "all"),
            "last_login_at": user.last_login_at,
        }
        for user, membership in members
    ]
    show_rows(rows, as_json=json, empty="No user yet: analytics users create EMAIL")


def _grant(session: "Session", user: "User", role: RoleName, project: str) -> None:
    from control_plane.repositories import memberships, organisations, projects
    from control_plane.roles import Role

    found = projects.find(session, project) if project else None
    memberships.grant(
        session,
        user.id,
        found.organisation_id if found else organisations.first(session).id,
        Role(role.value),
        project_id=found.id if found else None,
    )
