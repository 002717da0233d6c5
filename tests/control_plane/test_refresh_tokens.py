from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control_plane.database import Database
from control_plane.repositories import refresh_tokens, users
from control_plane.repositories.refresh_tokens import IssuedToken, Refusal

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def user_id(database: Database) -> str:
    return database.run(users.create, "ada@example.com", "correct horse").id


def login(database: Database, user_id: str) -> IssuedToken:
    return database.run(refresh_tokens.issue, user_id, now=NOW, lifetime=MONTH)


def rotate(database: Database, token: str, now: datetime = NOW) -> IssuedToken | Refusal:
    return database.run(refresh_tokens.rotate, token, now=now, lifetime=MONTH)


def test_a_rotation_stays_in_the_family_and_extends_it(database: Database, user_id: str) -> None:
    first = login(database, user_id)
    second = rotate(database, first.plaintext, NOW + timedelta(days=1))
    assert isinstance(second, IssuedToken)
    assert second.family_id == first.family_id
    assert second.expires_at == NOW + timedelta(days=31)
    assert second.plaintext != first.plaintext


def test_a_token_that_comes_back_ends_its_family_and_no_other(
    database: Database, user_id: str
) -> None:
    stolen, elsewhere = login(database, user_id), login(database, user_id)
    successor = rotate(database, stolen.plaintext)
    assert isinstance(successor, IssuedToken)
    assert rotate(database, stolen.plaintext) is Refusal.REUSED
    assert rotate(database, successor.plaintext) is Refusal.REVOKED
    assert isinstance(rotate(database, elsewhere.plaintext), IssuedToken)


def test_an_expired_unknown_or_logged_out_token_is_refused(
    database: Database, user_id: str
) -> None:
    token = login(database, user_id)
    assert rotate(database, "nonsense") is Refusal.UNKNOWN
    assert rotate(database, token.plaintext, NOW + MONTH) is Refusal.EXPIRED
    database.run(refresh_tokens.revoke, token.plaintext, now=NOW)
    assert rotate(database, token.plaintext) is Refusal.REVOKED


def test_expired_tokens_are_deleted(database: Database, user_id: str) -> None:
    token = login(database, user_id)
    before = NOW + MONTH
    assert database.run(refresh_tokens.delete_expired, before=before) == 0
    assert database.run(refresh_tokens.delete_expired, before=before + timedelta(seconds=1)) == 1
    assert rotate(database, token.plaintext) is Refusal.UNKNOWN


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(writers=st.integers(2, 6), generations=st.integers(0, 3))
def test_of_writers_that_rotate_one_token_at_once_exactly_one_wins(
    database: Database, user_id: str, writers: int, generations: int
) -> None:
    token = login(database, user_id)
    for _ in range(generations):
        rotated = rotate(database, token.plaintext)
        assert isinstance(rotated, IssuedToken)
        token = rotated
    with ThreadPoolExecutor(writers) as pool:
        outcomes = list(pool.map(lambda _: rotate(database, token.plaintext), range(writers)))
    winners = [outcome for outcome in outcomes if isinstance(outcome, IssuedToken)]
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert len(winners) == 1
    assert sorted(refusals) == sorted([Refusal.REUSED] + [Refusal.REVOKED] * (writers - 2))
    assert rotate(database, winners[0].plaintext) is Refusal.REVOKED
