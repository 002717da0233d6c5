"""Engines, sessions and transactions, for synchronous and asynchronous callers."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session, sessionmaker

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_TIMEOUT_SECONDS = 5


def sync_engine(database_url: str, *, pool_size: int = 2) -> Engine:
    return create_engine(
        with_driver(database_url),
        pool_size=pool_size,
        pool_pre_ping=True,  # PostgreSQL may have been restarted under us
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
    )


def async_engine(database_url: str, *, pool_size: int = 5) -> AsyncEngine:
    return create_async_engine(
        with_driver(database_url),
        pool_size=pool_size,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
    )


def with_driver(database_url: str) -> str:
    """Accept the `postgres://` and `postgresql://` forms that hosting providers hand out."""
    scheme, separator, rest = database_url.partition("://")
    if separator and scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    return database_url


class Database:
    """Runs repository functions, one transaction each, and waits for them."""

    def __init__(self, database_url: str, *, pool_size: int = 2) -> None:
        self.engine = sync_engine(database_url, pool_size=pool_size)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)

    def run(
        self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self.sessions.begin() as session:
            return work(session, *args, **kwargs)

    @property
    def address(self) -> str:
        """Host, port and database, without the password."""
        url = self.engine.url
        return f"{url.host}:{url.port or 5432}/{url.database}"

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncDatabase:
    """Runs the same repository functions on the event loop."""

    def __init__(self, database_url: str, *, pool_size: int = 5) -> None:
        self.engine = async_engine(database_url, pool_size=pool_size)
        self.sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(
            self.engine, expire_on_commit=False
        )

    async def run(
        self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with self.sessions.begin() as session:
            return await session.run_sync(work, *args, **kwargs)

    async def close(self) -> None:
        await self.engine.dispose()

    async def __aenter__(self) -> "AsyncDatabase":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
