from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from control_plane.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from control_plane.repositories import refresh_tokens, users

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_user_logs_in_with_any_case_of_the_email(session: Session) -> None:
    user = users.create(session, "Ada@Example.com ", "correct horse")
    assert user.email == "ada@example.com"
    assert users.authenticate(session, "ADA@example.com", "correct horse") is user
    assert user.last_login_at is not None


def test_wrong_password_unknown_email_and_disabled_account_all_answer_none(
    session: Session,
) -> None:
    user = users.create(session, "ada@example.com", "correct horse")
    assert users.authenticate(session, "ada@example.com", "wrong horse") is None
    assert users.authenticate(session, "bob@example.com", "correct horse") is None
    user.disabled_at = NOW
    assert users.authenticate(session, "ada@example.com", "correct horse") is None


def test_an_email_belongs_to_one_user(session: Session) -> None:
    users.create(session, "ada@example.com", "correct horse")
    with pytest.raises(AlreadyExistsError):
        users.create(session, "ADA@example.com", "correct horse")


@pytest.mark.parametrize("email", ["", "ada", "@example.com", "ada@", "a da@example.com"])
def test_what_is_not_an_email_is_refused(session: Session, email: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        users.create(session, email, "correct horse")
    assert refused.value.field == "email"


def test_a_short_password_is_refused(session: Session) -> None:
    with pytest.raises(InvalidValueError, match="at least 10 characters"):
        users.create(session, "ada@example.com", "short")


def test_a_new_password_ends_every_session(session: Session) -> None:
    user = users.create(session, "ada@example.com", "correct horse")
    token = refresh_tokens.issue(session, user.id, now=NOW, lifetime=timedelta(days=30))
    users.reset_password(session, "ada@example.com", "battery staple")
    assert users.authenticate(session, "ada@example.com", "battery staple") is user
    rotated = refresh_tokens.rotate(session, token.plaintext, now=NOW, lifetime=timedelta(days=30))
    assert rotated is refresh_tokens.Refusal.REVOKED


def test_resetting_an_unknown_user_says_so(session: Session) -> None:
    with pytest.raises(NotFoundError, match=r"no user 'ada@example.com'"):
        users.reset_password(session, "ada@example.com", "battery staple")


def test_an_invitation_sets_the_first_password_once(session: Session) -> None:
    invited = users.invite(session, "ada@example.com", now=NOW)
    assert users.authenticate(session, "ada@example.com", "") is None
    users.accept_invitation(session, invited.token, "correct horse", now=NOW + timedelta(days=6))
    assert users.authenticate(session, "ada@example.com", "correct horse") is invited.user
    with pytest.raises(NotFoundError):
        users.accept_invitation(session, invited.token, "another horse", now=NOW)


def test_an_invitation_ends_after_a_week(session: Session) -> None:
    invited = users.invite(session, "ada@example.com", now=NOW)
    with pytest.raises(NotFoundError):
        users.accept_invitation(
            session, invited.token, "correct horse", now=NOW + timedelta(days=7)
        )


def test_who_has_a_password_is_not_invited_again(session: Session) -> None:
    users.create(session, "ada@example.com", "correct horse")
    with pytest.raises(AlreadyExistsError):
        users.invite(session, "ada@example.com")
