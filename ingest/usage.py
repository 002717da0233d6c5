"""The month's counts of events, kept in PostgreSQL too, so that the loss of Redis loses little.

Every process writes the highest counts that it has heard of and reads those of the others.
"""

import asyncio
import logging
from datetime import date
from typing import Protocol

from control_plane.database import AsyncDatabase
from control_plane.repositories import monthly_usage
from ingest.rate_limits import RateLimiter

logger = logging.getLogger(__name__)

KEEP_SECONDS = 30.0


class UsageStore(Protocol):
    """Both methods may raise anything that a database may."""

    async def read(self, month: date) -> dict[str, int]: ...

    async def write(self, month: date, used: dict[str, int]) -> None: ...


class ControlPlaneUsage:
    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database

    async def read(self, month: date) -> dict[str, int]:
        return await self._database.run(monthly_usage.of_month, month)

    async def write(self, month: date, used: dict[str, int]) -> None:
        await self._database.run(monthly_usage.raise_to, month, used)


class UsageKeeper:
    def __init__(self, store: UsageStore, limiter: RateLimiter) -> None:
        self._store = store
        self._limiter = limiter

    async def run(self) -> None:
        while True:
            await self.exchange()
            await asyncio.sleep(KEEP_SECONDS)

    async def exchange(self) -> None:
        month = self._limiter.month()
        quotas = {
            allowance.project_id: allowance.quota
            for allowance in self._limiter.allowances.values()
            if allowance.quota is not None
        }
        for quota in quotas.values():
            quota.turn(month)
        used = {name: quota.used + quota.unreported for name, quota in quotas.items()}
        try:
            if used:
                await self._store.write(month, used)
            self._limiter.note_used(await self._store.read(month))
        except Exception as error:  # noqa: BLE001 - whatever ails PostgreSQL, capture goes on
            logger.warning("monthly usage: %s", error)
