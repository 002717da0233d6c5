"""Passwords: argon2id, and rehashing when its parameters move on."""

import secrets
import string

from pwdlib import PasswordHash

MINIMUM_LENGTH = 10
GENERATED_LENGTH = 16  # of 54 characters: 92 bits
# Without the characters that people mistake for one another when they type from a terminal.
LEGIBLE = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lIoS5")

_hasher = PasswordHash.recommended()
_NO_ACCOUNT_HASH = _hasher.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether the password fits, and a new hash to store if the old one uses outdated parameters.

    Without a hash (unknown user, or one who never set a password) it spends the same time and
    answers False, so that the time of an answer does not tell which accounts exist.
    """
    valid, updated = _hasher.verify_and_update(password, password_hash or _NO_ACCOUNT_HASH)
    if password_hash is None:
        return False, None
    return valid, updated


def generate_password() -> str:
    return "".join(secrets.choice(LEGIBLE) for _ in range(GENERATED_LENGTH))
