"""`analytics projects`, `keys` and `users` against PostgreSQL."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from control_plane import bootstrap
from control_plane.database import Database
from control_plane.keys import hash_key
from control_plane.repositories import api_keys, users
from stack.settings import PROJECT_ROOT

pytestmark = pytest.mark.timeout(300)  # several commands, each with its own start

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database(database_url: str) -> Database:
    database = Database(database_url)
    assert database.run(bootstrap.ensure_first_account) is not None
    return database


@pytest.fixture
def analytics(database_url: str, tmp_path: Path) -> Run:
    def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        settings = {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path)} | environment
        return subprocess.run(
            (sys.executable, "-m", "stack", *words),
            cwd=PROJECT_ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def printed(done: "subprocess.CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_project_is_created_and_listed(database: Database, analytics: Run) -> None:
    words = ("--timezone", "Europe/Paris", "--currency", "EUR", "--include-bots", "--json")
    made = printed(analytics("projects", "create", "Web log", *words))
    assert (made["timezone"], made["currency"], made["include_bots"]) == (
        "Europe/Paris",
        "EUR",
        True,
    )
    listed = printed(analytics("projects", "list", "--json"))
    assert [project["name"] for project in listed] == ["Sample shop", "Web log"]
    assert "Web log" in analytics("projects", "list").stdout


def test_a_key_is_shown_once_listed_by_its_prefix_and_revoked(
    database: Database, analytics: Run
) -> None:
    words = ("--project", "sample shop", "--kind", "write", "--json")
    made = printed(analytics("keys", "create", *words))
    assert made["key"].startswith("wk_")
    assert database.run(api_keys.active_by_hash, hash_key(made["key"])) is not None
    listed = analytics("keys", "list", "--project", "Sample shop")
    assert made["prefix"] in listed.stdout
    assert made["key"] not in listed.stdout
    assert printed(analytics("keys", "revoke", made["key"], "--json"))["revoked_at"]
    assert database.run(api_keys.active_by_hash, hash_key(made["key"])) is None


def test_a_user_is_created_with_a_role_in_one_project(database: Database, analytics: Run) -> None:
    words = ("--role", "viewer", "--project", "Sample shop", "--json")
    made = printed(analytics("users", "create", "ada@example.com", *words))
    assert database.run(users.authenticate, "ada@example.com", made["password"]) is not None
    listed = printed(analytics("users", "list", "--json"))
    assert ("ada@example.com", "viewer", "Sample shop") in [
        (user["email"], user["role"], user["project"]) for user in listed
    ]


def test_a_user_of_an_unknown_project_is_not_created(database: Database, analytics: Run) -> None:
    done = analytics("users", "create", "ada@example.com", "--project", "Sample shp")
    assert done.returncode == 2
    assert "There is no project 'Sample shp'. Did you mean Sample shop?" in done.stderr
    assert database.run(users.by_email, "ada@example.com") is None


def test_an_invitation_is_a_link_with_a_token(database: Database, analytics: Run) -> None:
    made = printed(analytics("users", "invite", "ada@example.com", "--json"))
    token = made["link"].partition("?invitation=")[2]
    accepted = database.run(users.accept_invitation, token, "correct horse")
    assert accepted.email == "ada@example.com"


def test_a_password_is_reset_without_appearing_when_it_was_given(
    database: Database, analytics: Run
) -> None:
    done = analytics(
        "users", "reset-password", "owner@example.com", ANALYTICS_PASSWORD="battery staple"
    )
    assert done.returncode == 0
    assert "battery staple" not in done.stdout
    assert database.run(users.authenticate, "owner@example.com", "battery staple") is not None


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("projects", "create", "X", "--timezone", "Mars"), 2, "is not an IANA time zone"),
        (("projects", "create", "Sample shop"), 1, "already exists"),
        (("keys", "create", "--project", "nope", "--kind", "write"), 2, "no project 'nope'"),
        (("keys", "create", "--project", "nope", "--kind", "admin"), 2, "admin"),
        (("keys", "revoke", "wk_nothing"), 2, "no API key"),
        (("users", "create", "no-address"), 2, "is not an e-mail address"),
        (("users", "reset-password", "x@example.com"), 2, "no user 'x@example.com'"),
    ],
)
def test_what_cannot_be_done_says_why(
    database: Database, analytics: Run, words: tuple[str, ...], code: int, message: str
) -> None:
    done = analytics(*words)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_named_without_its_password(analytics: Run) -> None:
    away = "postgresql://me:secret@127.0.0.1:1/none"
    done = analytics("projects", "list", DATABASE_URL=away)
    assert done.returncode == 1
    assert "PostgreSQL does not answer at 127.0.0.1:1/none" in done.stderr
    assert "secret" not in done.stderr
