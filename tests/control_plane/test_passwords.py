from control_plane import passwords


def test_a_hash_is_argon2id_and_fits_only_its_password() -> None:
    stored = passwords.hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert passwords.verify("correct horse", stored) == (True, None)
    assert passwords.verify("wrong horse", stored) == (False, None)


def test_no_password_fits_an_account_without_one() -> None:
    assert passwords.verify("", None) == (False, None)


def test_a_hash_with_outdated_parameters_is_replaced() -> None:
    from pwdlib.hashers.argon2 import Argon2Hasher

    weak = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse")
    valid, updated = passwords.verify("correct horse", weak)
    assert valid
    assert updated is not None
    assert passwords.verify("correct horse", updated) == (True, None)


def test_generated_passwords_are_long_legible_and_different() -> None:
    first, second = passwords.generate_password(), passwords.generate_password()
    assert len(first) == 16
    assert not set(first) & set("0O1lIoS5")
    assert first != second
