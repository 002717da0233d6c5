"""What the benchmark of queries asks, and statements written by hand that have the same figures.

The statements read nothing but `raw.events`; those that count people find out, as the models do,
which devices belong to whom. That of the funnels is ClickHouse's own `windowFunnel`, which tells
how far people get but not, as the answer does, how long they take.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.history import DAYS, PROJECT, START, ZONE
from semantic_layer.project import ProjectContext
from semantic_layer.results import QueryResult

FIRST_DAY = START.date()
END_DAY = FIRST_DAY + timedelta(days=DAYS)
RARE = ("signed_up", "plan_upgraded", "searched")
FREQUENT = ("page_view", "button_clicked", "product_viewed")
"""1 % and 88 % of all events of the history."""

LONGEST_TIME = len("2026-01-01T00:00:00")
DIGITS = 9

_STATEMENTS = Path(__file__).parent / "raw_sql"


@dataclass(frozen=True)
class Question:
    """`columns` of the answer are those that the statement has, in its order.

    `bar_ms` is the p95 that an answer should have for 10M events on two idle cores.
    """

    name: str
    bar_ms: int
    query: Mapping[str, Any]
    columns: tuple[str, ...]
    statement: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def answer(self, result: QueryResult) -> list[list[Any]]:
        names = [column.name for column in result.columns]
        places = [names.index(name) for name in self.columns]
        return comparable([row[place] for place in places] for row in result.rows)

    def raw_sql_parameters(self, today: date) -> dict[str, str]:
        return {
            "project": PROJECT,
            "zone": ZONE,
            "from": FIRST_DAY.isoformat(),
            "to": END_DAY.isoformat(),
            "today": today.isoformat(),
            **self.parameters,
        }


def comparable(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Times without their offset, numbers as floats."""
    return [[_comparable(value) for value in row] for row in rows]


def _comparable(value: Any) -> str | float | None:
    if value is None or isinstance(value, str):
        return value and value[:LONGEST_TIME]
    return round(float(value), DIGITS)


def context() -> ProjectContext:
    return ProjectContext(PROJECT, ZONE)


def questions() -> Iterator[Question]:
    overview = ("dau", "sessions", "events", "people", "page_views")
    yield _metrics("overview", 50, overview, people=True, grain="day")
    yield _metrics("active_users", 50, ("dau", "wau", "mau"), people=True, grain="day")
    retention = ("day_1_retention", "day_7_retention", "day_30_retention")
    yield _metrics("retention", 50, retention, people=True, grain="day")
    yield _metrics("hourly", 100, ("events",), people=False, grain="hour")
    yield _funnel("funnel_rare", 250, RARE)
    yield _funnel("funnel_frequent", 1200, FREQUENT)
    yield _top_pages()


def _metrics(
    name: str, bar_ms: int, metrics: tuple[str, ...], *, people: bool, grain: str
) -> Question:
    return Question(
        name,
        bar_ms,
        {"kind": "metrics", "metrics": list(metrics), "time": _time(grain)},
        ("metric_time", *metrics),
        _statement(name, people=people),
    )


def _funnel(name: str, bar_ms: int, events: tuple[str, ...]) -> Question:
    steps = [{"event": event} for event in events]
    return Question(
        name,
        bar_ms,
        {"kind": "funnel", "steps": steps, "time": _time(None)},
        ("step_index", "count"),
        _statement("funnel", people=True),
        {f"step_{k}": event for k, event in enumerate(events, 1)},
    )


def _top_pages() -> Question:
    query = {
        "kind": "metrics",
        "metrics": ["page_views"],
        "group_by": ["path"],
        "time": _time(None),
        "limit": 10,
    }
    columns = ("path", "page_views")
    return Question("top_pages", 100, query, columns, _statement("top_pages", people=False))


def _time(grain: str | None) -> dict[str, Any]:
    return {"from": FIRST_DAY.isoformat(), "to": END_DAY.isoformat(), "grain": grain}


def _statement(name: str, *, people: bool) -> str:
    files = [*(["people"] if people else []), name]
    return "\n".join((_STATEMENTS / f"{each}.sql").read_text() for each in files)
