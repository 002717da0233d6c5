"""API keys: `wk_…` writes events, `rk_…` reads a project, `pk_…` acts for its user.

Only the SHA-256 of a key is stored. A plain hash is enough for a random 190-bit secret, and it
lets ingest look a key up in a dictionary; passwords, which people choose, go through argon2id.
"""

import hashlib
import secrets
import string
from enum import StrEnum
from typing import NamedTuple

ALPHABET = string.ascii_letters + string.digits
SECRET_LENGTH = 32  # log2(62 ** 32) = 190 bits
VISIBLE_LENGTH = 8  # of the secret, shown in lists so that a person can tell keys apart


class KeyKind(StrEnum):
    WRITE = "write"
    READ = "read"
    PERSONAL = "personal"


KIND_PREFIX = {KeyKind.WRITE: "wk_", KeyKind.READ: "rk_", KeyKind.PERSONAL: "pk_"}


class GeneratedKey(NamedTuple):
    plaintext: str
    key_hash: str
    prefix: str


def generate(kind: KeyKind | str) -> GeneratedKey:
    """Make a key. The plaintext is to be shown once and not stored."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    plaintext = KIND_PREFIX[KeyKind(kind)] + secret
    return GeneratedKey(plaintext, hash_key(plaintext), plaintext[: 3 + VISIBLE_LENGTH])


def hash_key(plaintext: str) -> str:
    """SHA-256 of a key or token, in hex."""
    return hashlib.sha256(plaintext.encode()).hexdigest()
