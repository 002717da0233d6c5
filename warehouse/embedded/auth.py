"""Who asks: two roles, three ways to say so."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.request import Parameters


class Role(Enum):
    ADMIN = "admin"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Identity:
    user: str
    role: Role


_ROLE_OF_USER = {"admin": Role.ADMIN, "default": Role.ADMIN, "reader": Role.READER}


class Authenticator:
    """Checks user and password. An empty configured password admits anybody who names the role."""

    def __init__(self, config: GatewayConfig) -> None:
        self._passwords = {Role.ADMIN: config.admin_password, Role.READER: config.reader_password}

    def identify(self, headers: Mapping[str, str], parameters: Parameters) -> Identity:
        """Raises ClickHouseError 516 for wrong credentials and for two kinds at once."""
        user, password = _credentials(headers, parameters)
        role = _ROLE_OF_USER.get(user)
        expected = self._passwords.get(role, "") if role else ""
        matches = hmac.compare_digest(
            password.encode("utf-8", "surrogateescape"), expected.encode()
        )
        if role is None or (expected and not matches):
            raise failed(user)
        return Identity(user, role)


def failed(user: str) -> ClickHouseError:
    return ClickHouseError(
        516,
        "AUTHENTICATION_FAILED",
        f"{user}: Authentication failed: password is incorrect, or there is no user with such "
        "name.",
    )


def _credentials(headers: Mapping[str, str], parameters: Parameters) -> tuple[str, str]:
    found = [
        credentials
        for credentials in (_of_headers(headers), _of_basic(headers), _of_parameters(parameters))
        if credentials is not None
    ]
    if len(found) > 1:
        raise ClickHouseError(
            516,
            "AUTHENTICATION_FAILED",
            "Invalid authentication: it is not allowed to use two authentication methods at once",
        )
    return found[0] if found else ("default", "")


def _of_headers(headers: Mapping[str, str]) -> tuple[str, str] | None:
    user, key = headers.get("x-clickhouse-user"), headers.get("x-clickhouse-key")
    return (user or "default", key or "") if user or key else None


def _of_parameters(parameters: Parameters) -> tuple[str, str] | None:
    user, password = parameters.get("user"), parameters.get("password")
    return (user or "default", password or "") if user is not None or password is not None else None


def _of_basic(headers: Mapping[str, str]) -> tuple[str, str] | None:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "basic":
        reason = f"'{scheme}' HTTP Authorization scheme is not supported"
        raise ClickHouseError(516, "AUTHENTICATION_FAILED", f"Invalid authentication: {reason}")
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
    except binascii.Error as error:
        raise failed("") from error
    user, _, password = text.partition(":")
    return user or "default", password
