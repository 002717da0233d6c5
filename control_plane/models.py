"""Tables of the control plane. Migrations create them; a test compares the two."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from control_plane.ids import new_id

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
DEFAULT_TIER = "unmetered"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


def primary_key() -> Mapped[str]:
    return mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)


def reference(column: str, *, nullable: bool = False) -> Mapped[Any]:
    return mapped_column(
        Uuid(as_uuid=False), ForeignKey(column, ondelete="CASCADE"), nullable=nullable, index=True
    )


class Timestamps:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.clock_timestamp()
    )


class Organisation(Timestamps, Base):
    __tablename__ = "organisations"

    id: Mapped[str] = primary_key()
    name: Mapped[str] = mapped_column(String(200), unique=True)


class User(Timestamps, Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    id: Mapped[str] = primary_key()
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(500))
    first_name: Mapped[str] = mapped_column(String(200), server_default="")
    last_name: Mapped[str] = mapped_column(String(200), server_default="")
    last_login_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class Membership(Timestamps, Base):
    """A role in a whole organisation, or (with `project_id`) in one of its projects."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role in ('owner', 'admin', 'analyst', 'viewer')", name="role_is_known"),
        Index(
            "uq_memberships_organisation",
            "user_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("project_id IS NULL"),
        ),
        Index(
            "uq_memberships_project",
            "user_id",
            "project_id",
            unique=True,
            postgresql_where=text("project_id IS NOT NULL"),
        ),
    )

    id: Mapped[str] = primary_key()
    user_id: Mapped[str] = reference("users.id")
    organisation_id: Mapped[str] = reference("organisations.id")
    project_id: Mapped[str | None] = reference("projects.id", nullable=True)
    role: Mapped[str] = mapped_column(String(20))


class RateTier(Timestamps, Base):
    """What a project may send. A missing rate means that only backpressure limits it."""

    __tablename__ = "rate_tiers"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    events_per_second: Mapped[int | None]
    bytes_per_second: Mapped[int | None] = mapped_column(BigInteger)
    burst_seconds: Mapped[int] = mapped_column(server_default="10")
    monthly_events: Mapped[int | None] = mapped_column(BigInteger)
    max_event_bytes: Mapped[int] = mapped_column(server_default="32768")
    max_batch_bytes: Mapped[int] = mapped_column(server_default="512000")
    max_batch_events: Mapped[int] = mapped_column(server_default="2500")
    max_properties: Mapped[int] = mapped_column(server_default="255")
    max_depth: Mapped[int] = mapped_column(server_default="8")


class Project(Timestamps, Base):
    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint(
            "session_timeout_seconds between 60 and 86400", name="session_timeout_is_sane"
        ),
        CheckConstraint(
            "session_cap_seconds >= session_timeout_seconds", name="session_cap_is_sane"
        ),
        CheckConstraint("week_start between 1 and 7", name="week_start_is_a_weekday"),
        CheckConstraint("retention_days > 0", name="retention_is_positive"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    )

    id: Mapped[str] = primary_key()
    organisation_id: Mapped[str] = reference("organisations.id")
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    currency: Mapped[str] = mapped_column(String(3), server_default="USD")
    session_timeout_seconds: Mapped[int] = mapped_column(server_default="1800")
    session_cap_seconds: Mapped[int] = mapped_column(server_default="86400")
    session_cut_at_midnight: Mapped[bool] = mapped_column(server_default=text("false"))
    session_cut_on_campaign: Mapped[bool] = mapped_column(server_default=text("false"))
    include_bots: Mapped[bool] = mapped_column(server_default=text("false"))
    week_start: Mapped[int] = mapped_column(SmallInteger, server_default="1")  # ISO: Monday is 1
    retention_days: Mapped[int | None]
    keep_ip: Mapped[bool] = mapped_column(server_default=text("false"))
    tier: Mapped[str] = mapped_column(ForeignKey("rate_tiers.name"), server_default=DEFAULT_TIER)


class ApiKey(Timestamps, Base):
    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("kind in ('write', 'read', 'personal')", name="kind_is_known"),
        CheckConstraint(
            "(kind = 'personal') = (user_id is not null)", name="personal_key_has_a_user"
        ),
        CheckConstraint(
            "kind = 'personal' or project_id is not null", name="project_key_has_a_project"
        ),
    )

    id: Mapped[str] = primary_key()
    project_id: Mapped[str | None] = reference("projects.id", nullable=True)
    user_id: Mapped[str | None] = reference("users.id", nullable=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200), server_default="")
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(20))
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RefreshToken(Base):
    """One link of a chain of rotations; `family_id` is the login that started it."""

    __tablename__ = "refresh_tokens"

    id: Mapped[str] = primary_key()
    user_id: Mapped[str] = reference("users.id")
    family_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    rotated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A one-time token with which an invited user sets a first password."""

    __tablename__ = "invitations"

    id: Mapped[str] = primary_key()
    user_id: Mapped[str] = reference("users.id")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class Funnel(Timestamps, Base):
    """A saved funnel; `definition` is a semantic query of kind `funnel`, without its time range."""

    __tablename__ = "funnels"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = primary_key()
    project_id: Mapped[str] = reference("projects.id")
    name: Mapped[str] = mapped_column(String(200))
    definition: Mapped[dict[str, Any]]
    archived_at: Mapped[datetime | None]


class TrackingPlanVersion(Base):
    """A state of a project's tracking plan; the newest one is in force.

    `document` is in the form that `control_plane.tracking_plan` describes, as JSON rather than
    JSONB so that it keeps its order.
    """

    __tablename__ = "tracking_plan_versions"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    id: Mapped[str] = primary_key()
    project_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("projects.id", ondelete="CASCADE")
    )
    version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(320), server_default="")
    note: Mapped[str] = mapped_column(String(500), server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RejectedReplay(Timestamps, Base):
    """What was done about a rejected event; one that nothing was done about has no row.

    `rejected_id` is its place in the segment log, `<stream>-<frame>-<row>`.
    """

    __tablename__ = "rejected_replays"
    __table_args__ = (
        CheckConstraint("state in ('replayed', 'failed', 'discarded')", name="state_is_known"),
    )

    project_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    rejected_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(server_default="0")
    author: Mapped[str] = mapped_column(String(320), server_default="")
    event_ids: Mapped[list[str]] = mapped_column(ARRAY(String(512)), server_default="{}")
    code: Mapped[str] = mapped_column(String(100), server_default="")
    field: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")


class MonthlyUsage(Base):
    """Events that a project sent in a calendar month of UTC, as far as Redis last said."""

    __tablename__ = "monthly_usage"

    project_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[date] = mapped_column(primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
