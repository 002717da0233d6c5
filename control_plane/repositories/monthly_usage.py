"""Events of each project and month, kept so that the count survives the loss of Redis."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from control_plane.models import MonthlyUsage, Project


def of_month(session: Session, month: date) -> dict[str, int]:
    """Events by project; `month` is its first day."""
    rows = session.execute(
        select(MonthlyUsage.project_id, MonthlyUsage.events).where(MonthlyUsage.month == month)
    )
    return dict(rows.tuples().all())


def of_project(session: Session, project_id: str, month: date) -> int:
    row = session.get(MonthlyUsage, (project_id, month))
    return row.events if row else 0


def raise_to(session: Session, month: date, used: dict[str, int]) -> None:
    """Keep the counts; never lowers one, and projects that are gone are left out."""
    known = set(session.scalars(select(Project.id).where(Project.id.in_(used))))
    rows = [
        {"project_id": project_id, "month": month, "events": events}
        for project_id, events in sorted(used.items())
        if project_id in known
    ]
    if not rows:
        return
    given = insert(MonthlyUsage).values(rows)
    session.execute(
        given.on_conflict_do_update(
            index_elements=["project_id", "month"],
            set_={
                "events": func.greatest(MonthlyUsage.events, given.excluded.events),
                "updated_at": func.now(),
            },
        )
    )


def redis_key(project_id: str, month: date) -> str:
    """Where ingest counts; PostgreSQL follows within half a minute."""
    return f"usage:{{{project_id}}}:{month:%Y-%m}"
