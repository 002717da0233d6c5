"""A history of events for the benchmarks of the warehouse, made by ClickHouse itself.

By default 30 days of one project: 200,000 people on 300,000 devices, a quarter of whom sign in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clickhouse_connect.driver.client import Client

PROJECT = "bench"
ZONE = "Europe/Berlin"
START = datetime(2025, 10, 1, tzinfo=UTC)
DAYS = 30
PERSONS = 200_000
EVENTS_PER_LOAD = 100_000
LONGEST_VISIT = timedelta(minutes=10)

_INSERT = Path(__file__).with_suffix(".sql").read_text()


@dataclass
class History:
    """What is in raw.events; events and loads are numbered on."""

    client: Client
    events: int = 0
    loads: int = 0
    until: datetime = START

    def configure(self) -> None:
        self.client.insert(
            "raw.projects", [[PROJECT, ZONE]], column_names=["project_id", "timezone"]
        )

    def add(self, events: int, days: float, loads: int) -> None:
        """So many events of the following days, 1 % of them of up to 30 days before."""
        span = timedelta(days=days)
        self.client.command(
            _INSERT,
            parameters={
                "project": PROJECT,
                "start": START.strftime("%Y-%m-%d %H:%M:%S"),
                "from_ms": _milliseconds(self.until - START),
                "span_ms": _milliseconds(span),
                "load_ms": -(-_milliseconds(span + LONGEST_VISIT) // loads),
                "persons": PERSONS,
                "first": self.events,
                "count": events,
                "first_load": self.loads + 1,
            },
        )
        self._record_loads()
        self.events += events
        self.loads += loads
        self.until += span

    def _record_loads(self) -> None:
        self.client.command(
            "INSERT INTO raw.load_watermarks SELECT load_id, now64(3), count(), 0, "
            "groupUniqArray(toString(project_id)), min(received_at), max(received_at), false "
            "FROM raw.events WHERE load_id > {loads:UInt64} GROUP BY load_id",
            parameters={"loads": self.loads},
        )


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
