from concurrent.futures import ThreadPoolExecutor

from control_plane import bootstrap
from control_plane.database import Database
from control_plane.keys import hash_key
from control_plane.repositories import api_keys, memberships, users
from control_plane.roles import Role


def test_the_first_login_opens_the_first_project(database: Database) -> None:
    login = database.run(bootstrap.ensure_first_account)
    assert login is not None
    owner = database.run(users.authenticate, login.email, login.password)
    assert owner is not None
    (access,) = database.run(memberships.accessible_projects, owner.id)
    assert (access.project.id, access.project.name) == (login.project_id, "Sample shop")
    assert access.role is Role.OWNER
    (key,) = database.run(api_keys.active_write_keys)
    assert (key.key_hash, key.project_id) == (hash_key(login.write_key), login.project_id)


def test_a_second_start_creates_nothing(database: Database) -> None:
    assert database.run(bootstrap.ensure_first_account) is not None
    assert database.run(bootstrap.ensure_first_account) is None
    assert len(database.run(api_keys.everything)) == 1


def test_of_two_starters_at_once_one_creates_the_account(database: Database) -> None:
    with ThreadPoolExecutor(4) as starters:
        logins = list(
            starters.map(lambda _: database.run(bootstrap.ensure_first_account), range(4))
        )
    assert sum(login is not None for login in logins) == 1
