"""API keys, and everything that ingest has to know about them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from control_plane import keys
from control_plane.errors import InvalidValueError, NotFoundError
from control_plane.keys import KeyKind
from control_plane.models import ApiKey, Project, RateTier
from control_plane.repositories.lookup import is_id


@dataclass(frozen=True)
class CreatedKey:
    key: ApiKey
    plaintext: str


@dataclass(frozen=True)
class Limits:
    """What a project's tier allows. A rate of None means that only backpressure limits it."""

    tier: str
    events_per_second: int | None
    bytes_per_second: int | None
    burst_seconds: int
    monthly_events: int | None
    max_event_bytes: int
    max_batch_bytes: int
    max_batch_events: int
    max_properties: int
    max_depth: int


@dataclass(frozen=True)
class WriteKey:
    """An active write key with what ingest needs of its project."""

    key_id: str
    key_hash: str
    project_id: str
    keep_ip: bool
    limits: Limits


def create_for_project(
    session: Session, project_id: str, kind: KeyKind, *, name: str = ""
) -> CreatedKey:
    if kind is KeyKind.PERSONAL:
        raise InvalidValueError("kind", "a personal key belongs to a user, not to a project")
    return _store(session, ApiKey(project_id=project_id, kind=kind.value, name=name))


def create_personal(
    session: Session, user_id: str, *, name: str = "", project_id: str | None = None
) -> CreatedKey:
    """A key that acts for its user, in one project or in all of theirs."""
    return _store(
        session,
        ApiKey(user_id=user_id, project_id=project_id, kind=KeyKind.PERSONAL.value, name=name),
    )


def replace_named(session: Session, project_id: str, kind: KeyKind, name: str) -> CreatedKey:
    """A fresh key of this name; older ones are revoked, since nobody knows their plaintext."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.project_id == project_id, ApiKey.kind == kind.value, ApiKey.name == name)
        .where(ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
    return create_for_project(session, project_id, kind, name=name)


def delete(session: Session, key_id: str) -> None:
    """For keys that only we ever held; a person's key is revoked, so that it stays on record."""
    session.execute(sql_delete(ApiKey).where(ApiKey.id == key_id))


def delete_named_before(session: Session, name: str, moment: datetime) -> None:
    session.execute(sql_delete(ApiKey).where(ApiKey.name == name, ApiKey.created_at < moment))


def active_by_hash(session: Session, key_hash: str) -> ApiKey | None:
    return session.scalar(
        select(ApiKey).where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None))
    )


def active_write_keys(session: Session) -> list[WriteKey]:
    rows = session.execute(
        select(ApiKey, Project, RateTier)
        .join(Project, Project.id == ApiKey.project_id)
        .join(RateTier, RateTier.name == Project.tier)
        .where(ApiKey.kind == KeyKind.WRITE.value, ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.id)
    )
    return [_write_key(key, project, tier) for key, project, tier in rows]


def of_project(session: Session, project_id: str) -> list[ApiKey]:
    return list(
        session.scalars(select(ApiKey).where(ApiKey.project_id == project_id).order_by(ApiKey.id))
    )


def everything(session: Session) -> list[ApiKey]:
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id)))


def revoke(session: Session, reference: str) -> ApiKey:
    """Revoke a key named by id, visible prefix or plaintext; a second time changes nothing."""
    condition = ApiKey.id == reference if is_id(reference) else _named_by(reference)
    found = session.scalars(select(ApiKey).where(condition).with_for_update()).all()
    if not found:
        raise NotFoundError("API key", reference[:11])
    if len(found) > 1:
        raise InvalidValueError("key", f"{reference!r} is the prefix of several keys, use an id")
    key = found[0]
    if key.revoked_at is None:
        key.revoked_at = session.scalar(select(func.clock_timestamp()))
        session.flush()
        session.refresh(key)
    return key


def note_use(session: Session, used: dict[str, datetime]) -> None:
    """Record when keys were last used, by key id; never moves a time back."""
    for key_id, moment in used.items():
        session.execute(
            update(ApiKey)
            .where(
                ApiKey.id == key_id, ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at < moment)
            )
            .values(last_used_at=moment, updated_at=ApiKey.updated_at)
        )


def _named_by(reference: str) -> ColumnElement[bool]:
    return (ApiKey.prefix == reference) | (ApiKey.key_hash == keys.hash_key(reference))


def _store(session: Session, key: ApiKey) -> CreatedKey:
    generated = keys.generate(key.kind)
    key.key_hash = generated.key_hash
    key.prefix = generated.prefix
    session.add(key)
    session.flush()
    session.refresh(key)
    return CreatedKey(key, generated.plaintext)


def _write_key(key: ApiKey, project: Project, tier: RateTier) -> WriteKey:
    return WriteKey(
        key_id=key.id,
        key_hash=key.key_hash,
        project_id=project.id,
        keep_ip=project.keep_ip,
        limits=Limits(
            tier=tier.name,
            events_per_second=tier.events_per_second,
            bytes_per_second=tier.bytes_per_second,
            burst_seconds=tier.burst_seconds,
            monthly_events=tier.monthly_events,
            max_event_bytes=tier.max_event_bytes,
            max_batch_bytes=tier.max_batch_bytes,
            max_batch_events=tier.max_batch_events,
            max_properties=tier.max_properties,
            max_depth=tier.max_depth,
        ),
    )
