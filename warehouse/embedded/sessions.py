"""Sessions: connections that outlive a request and keep its SET, USE and temporary tables."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from warehouse.embedded.engine import Connection
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.request import SessionRequest

MAX_SESSIONS = 1000


_CHANGED = b"SELECT name, value FROM system.settings WHERE changed"


@dataclass(slots=True)
class Session:
    """A connection, and what it has between requests, which are lent a database and settings.

    The engine is asked for both once, as that takes longer (6 ms) than a small statement, and again
    after one that may have changed them.
    """

    connection: Connection
    busy: bool = False
    timeout_seconds: int = 60
    expires_at: float = field(default=0.0)
    _database: str | None = None
    _settings: dict[str, str] | None = None

    def database(self) -> str:
        """To be asked before a request's own is in use."""
        if self._database is None:
            name = self.connection.value(b"SELECT currentDatabase()")
            self._database = name.decode("utf-8", "surrogateescape")
        return self._database

    def settings(self) -> Mapping[str, str]:
        """Those that are not at their defaults; to be asked before a request's own are set."""
        if self._settings is None:
            rows = self.connection.run(_CHANGED, "JSONCompactEachRow").output
            self._settings = dict(json.loads(row) for row in rows.splitlines())
        return self._settings

    def forget(self) -> None:
        """A statement ran that may have changed database or settings for good."""
        self._database = self._settings = None


class Sessions:
    """The sessions of one role. Used from one thread."""

    def __init__(
        self, connect: Callable[[], Connection], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    @contextmanager
    def hold(self, request: SessionRequest) -> Iterator[Session]:
        """For one request at a time.

        Raises 373 when another request holds it and 372 when `session_check` finds none.
        """
        session = self._sessions.get(request.session_id) or self._open(request)
        if session.busy:
            raise ClickHouseError(
                373, "SESSION_IS_LOCKED", "Session is locked by a concurrent client"
            )
        session.busy = True
        session.timeout_seconds = request.timeout_seconds
        try:
            yield session
        finally:
            session.busy = False
            session.expires_at = self._clock() + session.timeout_seconds
            if request.closes:
                self._close(request.session_id)

    def _open(self, request: SessionRequest) -> Session:
        if request.must_exist:
            raise ClickHouseError(
                372, "SESSION_NOT_FOUND", f"Session {request.session_id} not found"
            )
        if len(self._sessions) >= MAX_SESSIONS:
            raise ClickHouseError(
                202, "TOO_MANY_SIMULTANEOUS_QUERIES", f"More than {MAX_SESSIONS} open sessions"
            )
        session = self._sessions[request.session_id] = Session(self._connect())
        return session

    def close_expired(self) -> None:
        now = self._clock()
        expired = [
            session_id
            for session_id, session in self._sessions.items()
            if not session.busy and session.expires_at <= now
        ]
        for session_id in expired:
            self._close(session_id)

    def close_all(self) -> None:
        for session_id in list(self._sessions):
            self._close(session_id)

    def _close(self, session_id: str) -> None:
        self._sessions.pop(session_id).connection.close()
