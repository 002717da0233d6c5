"""Write keys and their projects, in memory: PostgreSQL may be slow or away.

Refreshed in the background and, at most once a second, when an unknown key turns up; kept on disk
so that a restart needs no PostgreSQL either.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from ingest.log import durable_file
from ingest.project import Project
from ingest.tracking_plans import TrackingPlan

logger = logging.getLogger(__name__)

UNKNOWN_KEY_REFRESH_SECONDS = 1.0


class ActiveKey(msgspec.Struct, frozen=True):
    key_id: str
    key_hash: str
    project: Project


class Snapshot(msgspec.Struct):
    """What is kept on disk: plans apart from their projects' keys, of which there may be many."""

    keys: list[ActiveKey]
    plans: dict[str, TrackingPlan]

    @classmethod
    def of(cls, keys: list[ActiveKey]) -> "Snapshot":
        plans = {key.project.project_id: key.project.plan for key in keys if key.project.plan}
        return cls([with_plan(key, None) for key in keys], plans)

    def restored(self) -> list[ActiveKey]:
        return [with_plan(key, self.plans.get(key.project.project_id)) for key in self.keys]


def with_plan(key: ActiveKey, plan: TrackingPlan | None) -> ActiveKey:
    project = msgspec.structs.replace(key.project, plan=plan)
    return msgspec.structs.replace(key, project=project)


class KeySource(Protocol):
    """Where keys come from; both methods may raise anything that a database may."""

    async def active_keys(self) -> list[ActiveKey]: ...

    async def note_use(self, used: dict[str, datetime]) -> None: ...


class KeyCache:
    def __init__(
        self, source: KeySource, snapshot: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._snapshot = snapshot
        self._clock = clock
        self._by_hash: dict[str, ActiveKey] = {}
        self._by_plaintext: dict[str, ActiveKey] = {}  # saves hashing; known keys only
        self._used: set[str] = set()  # since it was last noted
        self._looked_at = float("-inf")  # when the last look began
        self._refreshing: asyncio.Lock = asyncio.Lock()
        self.is_current = False  # the last refresh succeeded

    def load_snapshot(self) -> None:
        try:
            kept = msgspec.json.decode(self._snapshot.read_bytes(), type=Snapshot | list[ActiveKey])
            # A list is what releases without tracking plans wrote.
            self._replace(kept.restored() if isinstance(kept, Snapshot) else kept)
        except FileNotFoundError:
            return
        except msgspec.DecodeError as error:
            logger.warning("the key snapshot %s is unreadable: %s", self._snapshot, error)

    def get(self, plaintext: str) -> Project | None:
        """The project of a known key, without waiting."""
        key = self._by_plaintext.get(plaintext)
        if key is None:
            key = self._by_hash.get(hashlib.sha256(plaintext.encode(errors="replace")).hexdigest())
            if key is None:
                return None
            self._by_plaintext[plaintext] = key
        self._used.add(key.key_id)
        return key.project

    async def find(self, plaintext: str) -> Project | None:
        """`get`, and if the key is unknown, once more after the next look at PostgreSQL.

        The next look is at most a second away, so that a key works as soon as it was made, and all
        unknown keys that arrive before it share it.
        """
        if (project := self.get(plaintext)) is not None:
            return project
        arrived_at = self._clock()
        async with self._refreshing:
            if self._looked_at <= arrived_at:
                await asyncio.sleep(self._looked_at + UNKNOWN_KEY_REFRESH_SECONDS - arrived_at)
                await self._refresh()
        return self.get(plaintext)

    async def refresh(self) -> None:
        async with self._refreshing:
            await self._refresh()

    async def keep_fresh(self, seconds: float) -> None:
        while True:
            await self.refresh()
            await self._attempt(self._note_use)
            await asyncio.sleep(seconds)

    async def _refresh(self) -> None:
        self._looked_at = self._clock()
        self.is_current = await self._attempt(self._read_source)

    async def _read_source(self) -> None:
        keys = await self._source.active_keys()
        if {key.key_hash: key for key in keys} != self._by_hash:
            self._replace(keys)
            content = msgspec.json.encode(Snapshot.of(keys))
            await asyncio.to_thread(durable_file.replace, self._snapshot, content)

    async def _note_use(self) -> None:
        used, self._used = self._used, set()
        if used:
            await self._source.note_use(dict.fromkeys(used, datetime.now(UTC)))

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> bool:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever ails PostgreSQL, capture goes on
            logger.warning("write keys: %s", error)
            return False
        return True

    def _replace(self, keys: list[ActiveKey]) -> None:
        self._by_hash = {key.key_hash: key for key in keys}
        self._by_plaintext = {}
