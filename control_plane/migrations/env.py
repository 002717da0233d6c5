"""Alembic's entry point: runs on the connection that `upgrade` opened."""

from alembic import context

from control_plane.models import Base


def run() -> None:
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=Base.metadata,
        compare_server_default=True,
        on_version_apply=attributes.get("on_version_apply", ()),
    )
    with context.begin_transaction():
        context.run_migrations()


run()
