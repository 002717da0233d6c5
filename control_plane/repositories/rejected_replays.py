"""What became of rejected events: replayed, refused again, or discarded."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from control_plane.models import RejectedReplay


class ReplayState(StrEnum):
    """`open` has no row."""

    OPEN = "open"
    REPLAYED = "replayed"
    FAILED = "failed"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Outcome:
    """Of one rejected event; code, field and reason are those of the newest refusal."""

    rejected_id: str
    state: ReplayState
    event_ids: tuple[str, ...] = ()
    code: str = ""
    field: str = ""
    reason: str = ""


def of_events(
    session: Session, project_id: str, rejected_ids: Iterable[str]
) -> dict[str, RejectedReplay]:
    rows = session.scalars(
        select(RejectedReplay).where(
            RejectedReplay.project_id == project_id,
            RejectedReplay.rejected_id.in_(list(rejected_ids)),
        )
    )
    return {row.rejected_id: row for row in rows}


def record(session: Session, project_id: str, outcomes: Iterable[Outcome], author: str) -> None:
    """Note outcomes; an event that was replayed stays so."""
    for outcome in outcomes:
        values = {
            "state": outcome.state.value,
            "author": author[:320],
            "event_ids": [event_id[:512] for event_id in outcome.event_ids],
            "code": outcome.code[:100],
            "field": outcome.field,
            "reason": outcome.reason,
        }
        key = {"project_id": project_id, "rejected_id": outcome.rejected_id}
        sent = int(outcome.state is not ReplayState.DISCARDED)
        given = insert(RejectedReplay).values(**key, **values, attempts=sent)
        session.execute(
            given.on_conflict_do_update(
                index_elements=list(key),
                set_={
                    **values,
                    "attempts": RejectedReplay.attempts + sent,
                    "updated_at": func.now(),
                },
                where=RejectedReplay.state != ReplayState.REPLAYED.value,
            )
        )
