from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from control_plane.errors import InvalidValueError, NotFoundError
from control_plane.keys import KeyKind, hash_key
from control_plane.models import Project
from control_plane.repositories import api_keys, organisations, projects, users

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def project(session: Session) -> Project:
    organisation = organisations.create(session, "Shopkeepers")
    return projects.create(session, organisation.id, "Shop", keep_ip=True, tier="small")


def test_ingest_is_told_everything_about_an_active_write_key(
    session: Session, project: Project
) -> None:
    created = api_keys.create_for_project(session, project.id, KeyKind.WRITE, name="web")
    api_keys.create_for_project(session, project.id, KeyKind.READ)
    (key,) = api_keys.active_write_keys(session)
    assert key.key_hash == hash_key(created.plaintext)
    assert (key.key_id, key.project_id, key.keep_ip) == (created.key.id, project.id, True)
    assert (key.limits.events_per_second, key.limits.max_event_bytes) == (500, 32_768)
    assert (key.limits.max_batch_bytes, key.limits.max_batch_events) == (512_000, 2_500)


def test_the_plaintext_is_stored_nowhere(session: Session, project: Project) -> None:
    created = api_keys.create_for_project(session, project.id, KeyKind.WRITE)
    stored = created.key
    assert created.plaintext not in (stored.key_hash, stored.prefix, stored.name)


@pytest.mark.parametrize("named_by", ["id", "prefix", "plaintext"])
def test_a_key_is_revoked_by_id_prefix_or_plaintext(
    session: Session, project: Project, named_by: str
) -> None:
    created = api_keys.create_for_project(session, project.id, KeyKind.WRITE)
    reference = {
        "id": created.key.id,
        "prefix": created.key.prefix,
        "plaintext": created.plaintext,
    }[named_by]
    first = api_keys.revoke(session, reference).revoked_at
    assert first is not None
    assert api_keys.revoke(session, reference).revoked_at == first
    assert api_keys.active_write_keys(session) == []
    assert api_keys.active_by_hash(session, created.key.key_hash) is None


def test_revoking_an_unknown_key_does_not_repeat_it(session: Session) -> None:
    with pytest.raises(NotFoundError) as refused:
        api_keys.revoke(session, "wk_0123456789abcdef0123456789abcdef")
    assert "wk_01234567'" in str(refused.value)


def test_a_replaced_key_revokes_the_older_ones_of_its_name(
    session: Session, project: Project
) -> None:
    other = api_keys.create_for_project(session, project.id, KeyKind.WRITE, name="web")
    api_keys.replace_named(session, project.id, KeyKind.WRITE, "import")
    second = api_keys.replace_named(session, project.id, KeyKind.WRITE, "import")
    active = {key.key_id for key in api_keys.active_write_keys(session)}
    assert active == {other.key.id, second.key.id}


def test_a_personal_key_belongs_to_a_user_and_never_writes(
    session: Session, project: Project
) -> None:
    user = users.create(session, "ada@example.com", "correct horse")
    created = api_keys.create_personal(session, user.id, name="notebook")
    assert created.plaintext.startswith("pk_")
    assert api_keys.active_write_keys(session) == []
    with pytest.raises(InvalidValueError):
        api_keys.create_for_project(session, project.id, KeyKind.PERSONAL)


def test_last_use_never_moves_back(session: Session, project: Project) -> None:
    key = api_keys.create_for_project(session, project.id, KeyKind.WRITE).key
    api_keys.note_use(session, {key.id: NOW})
    api_keys.note_use(session, {key.id: NOW - timedelta(minutes=1)})
    session.refresh(key)
    assert key.last_used_at == NOW
