import hashlib

import pytest

from control_plane.keys import KeyKind, generate, hash_key


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [(KeyKind.WRITE, "wk_"), (KeyKind.READ, "rk_"), (KeyKind.PERSONAL, "pk_")],
)
def test_a_key_tells_its_kind_and_shows_eight_characters(kind: KeyKind, prefix: str) -> None:
    key = generate(kind)
    assert key.plaintext.startswith(prefix)
    assert len(key.plaintext) == 35
    assert key.prefix == key.plaintext[:11]


def test_the_stored_hash_is_the_sha256_of_the_plaintext() -> None:
    key = generate("write")
    assert key.key_hash == hashlib.sha256(key.plaintext.encode()).hexdigest()
    assert key.key_hash == hash_key(key.plaintext)


def test_two_keys_differ() -> None:
    assert generate(KeyKind.WRITE).plaintext != generate(KeyKind.WRITE).plaintext


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="admin"):
        generate("admin")
