"""Whether Dagster's daemon does its work: it has no port, but writes heartbeats to PostgreSQL."""

from datetime import UTC, datetime, timedelta

from stack.supervisor.probes import UnhealthyError

# Written every 30 s by each of its threads.
OLDEST = timedelta(seconds=90)

LAST_HEARTBEAT = "select max(timestamp) from daemon_heartbeats"


class DaemonHeartbeat:
    """Call `starting` before each start: a heartbeat of an earlier life does not count."""

    def __init__(self, dagster_database_url: str) -> None:
        self._url = dagster_database_url
        self._started_at = datetime.now(UTC)

    def starting(self) -> None:
        self._started_at = datetime.now(UTC)

    async def probe(self) -> None:
        import psycopg  # the supervisor stays small until it is needed

        async with await psycopg.AsyncConnection.connect(
            self._url, connect_timeout=3
        ) as connection:
            row = await (await connection.execute(LAST_HEARTBEAT)).fetchone()
        last = row[0].replace(tzinfo=UTC) if row and row[0] else None
        if last is None or last < self._started_at:
            raise UnhealthyError("no heartbeat since it was started")
        if datetime.now(UTC) - last > OLDEST:
            raise UnhealthyError(f"the last heartbeat was at {last:%H:%M:%S} UTC")
