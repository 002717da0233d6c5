"""Organisations, users, projects, keys, refresh tokens, funnels and the tracking plan."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "planned_properties, planned_events, funnels, api_keys, memberships, projects, rate_tiers, "
    "invitations, refresh_tokens, users, organisations"
)


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text())


def downgrade() -> None:
    op.execute(f"DROP TABLE {TABLES}")
