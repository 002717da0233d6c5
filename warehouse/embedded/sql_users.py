"""Users that SQL made, and what was granted to them.

chDB keeps its users in a file that it only reads. The gateway keeps those of CREATE USER in a file
of its own and shows them in `system.users` and `system.grants`, for tools that manage grants (dbt's
`grants:`). They cannot sign in, so what is granted opens nothing.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from warehouse.embedded.access_statements import (
    AccessStatement,
    CreateUsers,
    DropUsers,
    Grant,
    Privilege,
    Revoke,
)
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.lexer import quote_string

BUILT_IN = frozenset({"admin", "default", "reader"})


@dataclass(frozen=True, slots=True)
class Granted:
    user: str
    privilege: Privilege
    grant_option: bool


@dataclass(frozen=True, slots=True)
class Access:
    """All users and grants at one time."""

    users: tuple[str, ...] = ()
    granted: tuple[Granted, ...] = ()


class SqlUsers:
    """Kept in `path`; every change is on the disk before it is answered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._access = _read(path) if path.exists() else Access()

    def apply(self, change: AccessStatement, show: Callable[[Iterable[bytes]], None]) -> None:
        """Make the change, and let `show` run the statements that renew the views of it.

        Raises ClickHouseError 192 and 511 for unknown names, 493 for one that exists.
        """
        with self._lock:
            access = changed(self._access, change)
            _write(self._path, access)
            self._access = access
            show(self.view_statements())

    def view_statements(self) -> Iterator[bytes]:
        users = b"".join(_user_row(name) for name in self._access.users)
        yield _view(b"users") + users
        grants = b"".join(_grant_row(each) for each in self._access.granted)
        yield _view(b"grants") + grants


def changed(access: Access, change: AccessStatement) -> Access:
    """Raises ClickHouseError 192, 493, 495 and 511, as a server does."""
    match change:
        case CreateUsers():
            return _created(access, change)
        case DropUsers():
            return _dropped(access, change)
        case Grant():
            return _granted(access, change)
        case Revoke():
            return _revoked(access, change)


def _created(access: Access, change: CreateUsers) -> Access:
    for name in change.names:
        exists = name in BUILT_IN or (name in access.users and not change.or_replace)
        if exists and not change.if_not_exists:
            raise _exists(name)
    new = (name for name in change.names if name not in (*access.users, *BUILT_IN))
    return replace(access, users=(*access.users, *dict.fromkeys(new)))


def _dropped(access: Access, change: DropUsers) -> Access:
    for name in change.names:
        if name in BUILT_IN:
            raise _read_only(name)
        if name not in access.users and not change.if_exists:
            raise _unknown_user(name)
    return Access(
        tuple(name for name in access.users if name not in change.names),
        tuple(each for each in access.granted if each.user not in change.names),
    )


def _granted(access: Access, change: Grant) -> Access:
    _check_grantees(access, change.grantees)
    new = (
        Granted(user, privilege, change.grant_option)
        for user in change.grantees
        for privilege in change.privileges
    )
    return replace(access, granted=tuple(dict.fromkeys((*access.granted, *new))))


def _revoked(access: Access, change: Revoke) -> Access:
    _check_grantees(access, change.grantees)

    def stays(each: Granted) -> bool:
        covered = any(privilege.covers(each.privilege) for privilege in change.privileges)
        return each.user not in change.grantees or not covered

    return replace(access, granted=tuple(each for each in access.granted if stays(each)))


def _check_grantees(access: Access, names: Iterable[str]) -> None:
    for name in names:
        if name in BUILT_IN:
            raise _read_only(name)
        if name not in access.users:
            raise _unknown_grantee(name)


def _read(path: Path) -> Access:
    stored = json.loads(path.read_text())
    granted = (
        Granted(each["user"], Privilege(**each["privilege"]), each["grant_option"])
        for each in stored["granted"]
    )
    return Access(tuple(stored["users"]), tuple(granted))


def _write(path: Path, access: Access) -> None:
    new = path.with_suffix(".new")
    with new.open("w") as file:
        json.dump(asdict(access), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _view(table: bytes) -> bytes:
    select = b"SELECT * FROM system." + table
    return b"CREATE OR REPLACE VIEW system.gateway_" + table + b" AS " + select


def _user_row(name: str) -> bytes:
    values = {
        "name": _string(name),
        "id": b"reinterpretAsUUID(MD5(" + _string(name) + b"))",
        "storage": b"'gateway'",
        "auth_type": b"['no_authentication']",
    }
    return _row("users", values, b" WHERE name = 'default'")


def _grant_row(granted: Granted) -> bytes:
    privilege = granted.privilege
    values = {
        "user_name": _string(granted.user),
        "access_type": _string(privilege.access_type),
        "database": _string(privilege.database),
        "table": _string(privilege.table),
        "column": _string(privilege.column),
        "grant_option": b"1" if granted.grant_option else b"0",
    }
    return _row("grants", values, b" WHERE user_name = 'default' AND access_type = 'SELECT'")


def _row(table: str, values: dict[str, bytes], model: bytes) -> bytes:
    """One more row: that of a built-in user, which `model` finds, with other values."""
    replaced = b", ".join(
        b"CAST(" + value + b", toTypeName(" + name.encode() + b")) AS " + name.encode()
        for name, value in values.items()
    )
    # In a subquery, because a name in WHERE would mean the replaced column.
    source = b"(SELECT * FROM system." + table.encode() + model + b" LIMIT 1)"
    return b" UNION ALL SELECT * REPLACE (" + replaced + b") FROM " + source


def _string(value: str | None) -> bytes:
    if value is None:
        return b"NULL"
    return quote_string(value.encode("utf-8", "surrogateescape"))


def _exists(name: str) -> ClickHouseError:
    message = f"user `{name}`: cannot insert because user `{name}` already exists"
    return ClickHouseError(493, "ACCESS_ENTITY_ALREADY_EXISTS", message)


def _unknown_user(name: str) -> ClickHouseError:
    message = f"There is no user `{name}` in `user directories`"
    return ClickHouseError(192, "UNKNOWN_USER", message)


def _unknown_grantee(name: str) -> ClickHouseError:
    """The server looks for a role last, and so says that there is none."""
    message = f"There is no role `{name}` in `user directories`."
    return ClickHouseError(511, "UNKNOWN_ROLE", message)


def _read_only(name: str) -> ClickHouseError:
    message = f"Cannot update user `{name}` in users_xml because this storage is readonly."
    return ClickHouseError(495, "ACCESS_STORAGE_READONLY", message)
